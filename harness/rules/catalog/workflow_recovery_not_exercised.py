"""A recovery procedure was not exercised in time."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-recovery-not-exercised",
    title="A recovery procedure was not exercised in time",
    why="A procedure nobody has followed lately does not work on the night it is needed.",
    area=Area.CATALOG,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, recovery exercised in time",
    remedy="Follow it once where that is allowed, and write the day down.",
    level=Level.WARNING,
)
