"""A contract gets another owner."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="owner-changed",
    title="A contract gets another owner",
    why="The owner signs what breaks; a branch must not pick its own judge.",
    area=Area.GATE,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge it on its own; until then the owner of the base signs.",
    level=Level.WARNING,
)
