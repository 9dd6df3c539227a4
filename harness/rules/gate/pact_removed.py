"""A pact is gone."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-removed",
    title="A pact is gone",
    why="It says what a consumer reads; without it a break hits that consumer unseen.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Let the consumer's team remove it, on its own, once it has stopped reading.",
    level=Level.WARNING,
)
