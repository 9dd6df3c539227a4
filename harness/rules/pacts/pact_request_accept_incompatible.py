"""A pact asks for a media type that the operation does not produce."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-accept-incompatible",
    title="A pact asks for a media type that the operation does not produce",
    why="The provider may answer 406.",
    area=Area.PACTS,
    aspect=Aspect.SERIALISATION,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.accept.incompatible",
    remedy="Ask for one of the declared media types.",
    level=Level.ERROR,
)
