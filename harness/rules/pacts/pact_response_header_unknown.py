"""A pact expects a header that the specification does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-header-unknown",
    title="A pact expects a header that the specification does not declare",
    why="The provider may stop sending it without a word.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.header.unknown",
    remedy="Declare the header, or do not rely on it.",
    level=Level.ERROR,
)
