"""A pact sends a body that the request schema refuses."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-body-incompatible",
    title="A pact sends a body that the request schema refuses",
    why="The provider may refuse the booking, and money is not recorded.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.body.incompatible",
    remedy="Send what the schema asks for, or change the schema with its owner.",
    level=Level.ERROR,
)
