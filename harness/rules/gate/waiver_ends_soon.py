"""A waiver runs out within 14 days."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="waiver-ends-soon",
    title="A waiver runs out within 14 days",
    why="From that day on what it waives blocks again.",
    area=Area.GATE,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Settle what it waives, or have an approver renew it.",
    level=Level.WARNING,
)
