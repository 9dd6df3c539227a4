"""A pact reads less than before."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-narrowed",
    title="A pact reads less than before",
    why="A break of what it no longer names would hit the consumer unseen.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Let the consumer's team narrow it, on its own, once the field is no longer read.",
    level=Level.WARNING,
)
