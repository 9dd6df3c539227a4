"""A pact sends a header that the specification does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-header-unknown",
    title="A pact sends a header that the specification does not declare",
    why="A provider ignores it, so what the consumer asks for may not happen.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.header.unknown",
    remedy="Declare the header, or take it out of the request.",
    level=Level.WARNING,
)
