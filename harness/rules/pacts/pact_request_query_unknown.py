"""A pact sends a query parameter that the specification does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-query-unknown",
    title="A pact sends a query parameter that the specification does not declare",
    why="A provider ignores it, so a filter the consumer counts on may do nothing.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.query.unknown",
    remedy="Declare the parameter, or take it out of the request.",
    level=Level.WARNING,
)
