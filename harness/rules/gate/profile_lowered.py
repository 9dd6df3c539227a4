"""The profile becomes less strict."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="profile-lowered",
    title="The profile becomes less strict",
    why="A branch must not lower the bar it is judged by.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge the profile on its own, signed off by the owner of the repository.",
    level=Level.WARNING,
)
