"""A further field is sent to readers that refuse undeclared fields."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="closed-reader",
    title="A further field is sent to readers that refuse undeclared fields",
    why="A reader that validates against the old schema throws away every message with the new field.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.2.3 additionalProperties",
    remedy="Open the object first, let every reader move, then send the field.",
    received="does not arise.",
    sent="compatible for readers that ignore what they do not know; breaking under the open model.",
    level=Level.WARNING,
)
