"""A contract change breaks a pact that held before."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-broken-by-change",
    title="A contract change breaks a pact that held before",
    why="The consumer named in it stops working the day the provider is deployed.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 6, pacts and impact",
    remedy="Keep what the pact reads, or agree with the consumer's team on a new pact first.",
    level=Level.WARNING,
)
