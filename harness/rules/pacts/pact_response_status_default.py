"""A pact expects a status that only the default response covers."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-status-default",
    title="A pact expects a status that only the default response covers",
    why="The default is promised for every status, so this one is promised for nothing in particular.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code response.status.default",
    remedy="Declare the status in the specification.",
    level=Level.WARNING,
)
