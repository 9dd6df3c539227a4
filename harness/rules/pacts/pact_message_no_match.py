"""A message of a pact fits none that the operation sends."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-no-match",
    title="A message of a pact fits none that the operation sends",
    why="The consumer cannot process the events the provider really sends.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.no.match",
    remedy="Expect what one of the messages declares.",
    level=Level.ERROR,
)
