"""A pact names a media type where the specification names none."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-content-type-unknown",
    title="A pact names a media type where the specification names none",
    why="Nobody can tell whether the provider reads it.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.content-type.unknown",
    remedy="Give the operation a request body with its media types.",
    level=Level.WARNING,
)
