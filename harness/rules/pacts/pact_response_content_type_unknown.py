"""A pact expects a media type where the specification names none."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-content-type-unknown",
    title="A pact expects a media type where the specification names none",
    why="Nobody can tell how the provider writes the answer.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.content-type.unknown",
    remedy="Give the response its media types.",
    level=Level.WARNING,
)
