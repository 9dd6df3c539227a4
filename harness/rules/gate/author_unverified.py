"""Nobody knows for certain who proposed the change."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="author-unverified",
    title="Nobody knows for certain who proposed the change",
    why="A commit's author is free text, so author and approver could be one person.",
    area=Area.GATE,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Run the gate in CI on the pull request, or have two different people sign.",
    level=Level.INFO,
)
