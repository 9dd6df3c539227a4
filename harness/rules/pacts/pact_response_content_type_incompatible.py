"""A pact expects a media type that the response does not have."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-content-type-incompatible",
    title="A pact expects a media type that the response does not have",
    why="The consumer cannot read what comes.",
    area=Area.PACTS,
    aspect=Aspect.SERIALISATION,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.content-type.incompatible",
    remedy="Expect one of the declared media types.",
    level=Level.ERROR,
)
