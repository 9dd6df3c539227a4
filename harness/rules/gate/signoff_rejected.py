"""Somebody who may sign rejected the change."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="signoff-rejected",
    title="Somebody who may sign rejected the change",
    why="A rejection stands until the same person approves.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Settle it with them; their approval replaces the rejection.",
)
