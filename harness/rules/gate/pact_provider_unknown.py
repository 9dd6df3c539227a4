"""A pact names a provider that nobody knows."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-provider-unknown",
    title="A pact names a provider that nobody knows",
    why="What its consumer reads protects nobody, because no contract is found for it.",
    area=Area.GATE,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Name the provider as the contract is named, or add the component to the catalog.",
    level=Level.WARNING,
)
