"""A field is marked as deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-deprecated",
    title="A field is marked as deprecated",
    why="It will go: whoever reads it has until its sunset to move.",
    area=Area.FIELDS,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 9.3 deprecated",
    remedy="Give it a sunset day, and name the field to use instead in the description.",
    received="compatible.",
    sent="compatible.",
    oasdiff=(
        "request-property-deprecated",
        "request-property-deprecated-with-sunset",
        "response-property-deprecated",
        "response-property-deprecated-with-sunset",
    ),
    level=Level.INFO,
)
