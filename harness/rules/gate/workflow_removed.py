"""A critical workflow is gone or uses fewer contracts."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-removed",
    title="A critical workflow is gone or uses fewer contracts",
    why="A change to what it really uses would no longer name the money path.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge it on its own, signed off by the owner of the repository.",
    level=Level.WARNING,
)
