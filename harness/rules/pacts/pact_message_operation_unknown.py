"""A message of a pact names an operation that the specification does not have."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-operation-unknown",
    title="A message of a pact names an operation that the specification does not have",
    why="The consumer waits for an event that nobody promises.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.operation.unknown",
    remedy="Name an operation of the AsyncAPI document.",
    level=Level.ERROR,
)
