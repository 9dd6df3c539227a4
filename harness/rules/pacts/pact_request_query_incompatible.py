"""A pact sends a query value that the specification refuses."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-query-incompatible",
    title="A pact sends a query value that the specification refuses",
    why="The provider may answer 400, and the consumer's page stays empty.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.query.incompatible",
    remedy="Send a value of the declared type, and every required parameter.",
    level=Level.ERROR,
)
