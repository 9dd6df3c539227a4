"""A value must have another format."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="format-changed",
    title="A value must have another format",
    why="A due date with a time of day falls on another day in another zone.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 7 format",
    remedy="Add a new field with the other format.",
    received="breaking unless every old value has the new format.",
    sent="breaking unless every new value has the old format.",
    level=Level.ERROR,
)
