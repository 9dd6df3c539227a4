"""A consumer expects exactly one value of an enum."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-narrower-than-enum",
    title="A consumer expects exactly one value of an enum",
    why="The pact says nothing about the other values, so nobody knows whether the consumer handles them.",
    area=Area.PACTS,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 6; finding code narrower-than-enum",
    remedy="Match the type or all values, unless only this value is meant.",
    level=Level.INFO,
)
