"""The policy asks for less than before."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="policy-loosened",
    title="The policy asks for less than before",
    why="A branch must not lower the bar it is judged by.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge the policy on its own, signed off by the owner of the repository.",
    level=Level.WARNING,
)
