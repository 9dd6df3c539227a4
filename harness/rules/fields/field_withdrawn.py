"""A declared field is no longer declared."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-withdrawn",
    title="A declared field is no longer declared",
    why="Who reads it finds nothing: tax that is not posted, an amount taken for 0.",
    area=Area.FIELDS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="JSON Schema 2020-12 Core, 10.3.2.1 properties",
    remedy="Mark it deprecated with a sunset, move its readers, remove it in a major version after that day.",
    received="breaking: the provider drops what old callers send.",
    sent="breaking: a reader may read it. Silent once deprecated and past its sunset.",
    oasdiff=(
        "request-property-removed",
        "response-optional-property-removed",
        "response-optional-write-only-property-removed",
        "response-required-property-removed",
        "response-required-write-only-property-removed",
    ),
    level=Level.ERROR,
)
