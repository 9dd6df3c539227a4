"""A pact expects a header value that the specification does not allow."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-header-incompatible",
    title="A pact expects a header value that the specification does not allow",
    why="The consumer waits for a value that never comes.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.header.incompatible",
    remedy="Expect a value of the declared schema.",
    level=Level.ERROR,
)
