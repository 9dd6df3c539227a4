"""harness.yaml names a plugin that the base does not."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="plugin-named",
    title="harness.yaml names a plugin that the base does not",
    why="A plugin is code that would run here; nothing of a branch is ever run by the gate.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge it on its own, signed off by the owner of the repository.",
    level=Level.WARNING,
)
