"""A pact sends a body without saying its media type."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-content-type-missing",
    title="A pact sends a body without saying its media type",
    why="The provider has to guess how to read it.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.content-type.missing",
    remedy="Send a Content-Type header.",
    level=Level.WARNING,
)
