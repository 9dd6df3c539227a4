"""A pact sends no credential where the specification asks for one."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-request-authorization-missing",
    title="A pact sends no credential where the specification asks for one",
    why="In production the provider answers 401, whatever the test said.",
    area=Area.PACTS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code request.authorization.missing",
    remedy="Send the credential in the consumer test as in production.",
    level=Level.ERROR,
)
