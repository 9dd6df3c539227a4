"""A pact expects a body where the specification has no schema for it."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-body-unknown",
    title="A pact expects a body where the specification has no schema for it",
    why="The consumer reads what nobody promises.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.body.unknown",
    remedy="Give the response a schema.",
    level=Level.ERROR,
)
