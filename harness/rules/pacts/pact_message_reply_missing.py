"""A pact expects a reply that the operation does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-reply-missing",
    title="A pact expects a reply that the operation does not declare",
    why="The consumer waits for an answer that nobody promises.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.reply.missing",
    remedy="Declare the reply of the operation with its messages.",
    level=Level.ERROR,
)
