"""Encoding, media type or schema of text content changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="content-changed",
    title="Encoding, media type or schema of text content changed",
    why="Readers decode it to rubbish, or not at all.",
    area=Area.VALUES,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 8 contentEncoding, contentMediaType, contentSchema",
    remedy="Add a new field for the other encoding.",
    received="breaking where it changed or was added.",
    sent="breaking where it changed or was removed.",
    oasdiff=(
        "request-body-content-encoding-changed",
        "request-body-content-media-type-changed",
        "request-body-content-schema-added",
        "response-body-content-encoding-changed",
        "response-body-content-media-type-changed",
        "response-body-content-schema-added",
    ),
    level=Level.ERROR,
)
