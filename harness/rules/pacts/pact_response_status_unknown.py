"""A pact expects a status that the specification does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-status-unknown",
    title="A pact expects a status that the specification does not declare",
    why="The consumer handles an answer that nobody promises.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.status.unknown",
    remedy="Declare the status, or drop the expectation.",
    level=Level.ERROR,
)
