"""Fewer numbers of fields are allowed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="property-count-tightened",
    title="Fewer numbers of fields are allowed",
    why="Objects with as many fields as before are refused.",
    area=Area.FIELDS,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.5.1 and 6.5.2",
    remedy="Keep the old limit.",
    received="breaking.",
    sent="compatible.",
    level=Level.ERROR,
)
