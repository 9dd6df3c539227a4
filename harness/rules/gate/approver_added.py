"""A person joins a group that may sign."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="approver-added",
    title="A person joins a group that may sign",
    why="Whoever adds themselves could approve; so membership counts only after its own merge.",
    area=Area.GATE,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge the membership on its own, signed off by the owner of the repository.",
    level=Level.WARNING,
)
