"""A pact sends a header value that the specification refuses, or lacks a required header."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-header-incompatible",
    title="A pact sends a header value that the specification refuses, or lacks a required header",
    why="The provider may refuse the request.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.header.incompatible",
    remedy="Send every required header with a value of the declared type.",
    level=Level.ERROR,
)
