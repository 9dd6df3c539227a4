"""A value no longer needs to have a format."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="format-removed",
    title="A value no longer needs to have a format",
    why="Readers that parse it fail on the first value of another form.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 7 format",
    remedy="Keep the format for what is sent.",
    received="compatible: the provider takes more.",
    sent="breaking where format is asserted.",
    level=Level.ERROR,
)
