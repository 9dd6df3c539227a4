"""A pact expects a standard header that the specification does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-header-undefined",
    title="A pact expects a standard header that the specification does not declare",
    why="It may be added by a proxy today and be gone tomorrow.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.header.undefined",
    remedy="Declare the header in the response.",
    level=Level.WARNING,
)
