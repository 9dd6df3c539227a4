"""A field is no longer sent to readers."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-became-write-only",
    title="A field is no longer sent to readers",
    why="Readers that show or book it find it gone.",
    area=Area.FIELDS,
    aspect=Aspect.MUTABILITY,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 9.4 writeOnly",
    remedy="Keep sending it, deprecated and with a sunset.",
    received="compatible.",
    sent="breaking where it was required, else a withdrawn field.",
    oasdiff=("response-optional-property-became-write-only",),
    level=Level.ERROR,
)
