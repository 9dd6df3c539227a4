"""An object now takes fields that it does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="additional-properties-opened",
    title="An object now takes fields that it does not declare",
    why="Readers that refuse unknown fields may meet some.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Core, 10.3.2.3 additionalProperties",
    remedy="Declare the fields that are really sent.",
    received="compatible.",
    sent="compatible for readers that ignore unknown fields; breaking under the open model.",
    level=Level.ERROR,
)
