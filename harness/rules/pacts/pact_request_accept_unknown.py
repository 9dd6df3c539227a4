"""A pact asks for a media type where the specification names none."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-accept-unknown",
    title="A pact asks for a media type where the specification names none",
    why="Nobody can tell what the provider answers with.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.accept.unknown",
    remedy="Give the responses of the operation their media types.",
    level=Level.WARNING,
)
