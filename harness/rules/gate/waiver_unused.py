"""A waiver covers nothing."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="waiver-unused",
    title="A waiver covers nothing",
    why="A forgotten waiver would silently cover the next change at that place.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Remove it if what it waived is gone.",
    level=Level.INFO,
)
