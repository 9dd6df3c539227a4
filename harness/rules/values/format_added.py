"""A value must now have a format."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="format-added",
    title="A value must now have a format",
    why="Callers with another spelling are refused.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 7 format",
    remedy="Take any spelling and normalise it inside.",
    received="breaking where format is asserted.",
    sent="compatible: readers know every value.",
    level=Level.ERROR,
)
