"""A pact sends a media type that the operation does not consume."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-content-type-incompatible",
    title="A pact sends a media type that the operation does not consume",
    why="The provider may answer 415 and do nothing.",
    area=Area.PACTS,
    aspect=Aspect.SERIALISATION,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.content-type.incompatible",
    remedy="Send one of the declared media types.",
    level=Level.ERROR,
)
