"""A pact sends a request that the specification does not offer."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-path-or-method-unknown",
    title="A pact sends a request that the specification does not offer",
    why="The provider need not answer it: the consumer fails the day the route it guessed is gone.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.path-or-method.unknown",
    remedy="Correct path and method in the consumer, or add the operation to the specification.",
    level=Level.ERROR,
)
