"""A message of a pact has a payload of a type that is not held against schemas."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-payload-unvalidatable",
    title="A message of a pact has a payload of a type that is not held against schemas",
    why="What is not compared may break unseen.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.payload.unvalidatable",
    remedy="Check it when the pact is verified against the provider.",
    level=Level.WARNING,
)
