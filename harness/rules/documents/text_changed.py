"""Words for people changed: titles, descriptions, examples, extensions."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="text-changed",
    title="Words for people changed: titles, descriptions, examples, extensions",
    why="Nothing breaks; whoever reads the documentation reads something else.",
    area=Area.DOCUMENTS,
    aspect=Aspect.TEXT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 9 basic metadata",
    remedy="Nothing to do; a patch version is enough.",
    received="compatible.",
    sent="compatible.",
    oasdiff=(
        "request-body-all-of-added-annotation-only",
        "request-property-all-of-added-annotation-only",
        "response-body-all-of-added-annotation-only",
    ),
    level=Level.INFO,
)
