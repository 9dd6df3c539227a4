"""A pact sends a request message and expects no answer."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-response-missing",
    title="A pact sends a request message and expects no answer",
    why="What the consumer does with the reply is not recorded.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.response.missing",
    remedy="Record the answer in the consumer test.",
    level=Level.WARNING,
)
