"""A pact sends a body where the specification has no schema for it."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-body-unknown",
    title="A pact sends a body where the specification has no schema for it",
    why="Nobody can tell whether the provider understands it.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.body.unknown",
    remedy="Give the request body of the operation a schema.",
    level=Level.WARNING,
)
