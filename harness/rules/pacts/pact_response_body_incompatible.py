"""A pact expects a body that the response schema does not promise."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-body-incompatible",
    title="A pact expects a body that the response schema does not promise",
    why="The consumer reads a field or a value that the provider need not send.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.body.incompatible",
    remedy="Read only what the schema declares, or have it declared.",
    level=Level.ERROR,
)
