"""A pact holds messages and no AsyncAPI document was given."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-spec-missing",
    title="A pact holds messages and no AsyncAPI document was given",
    why="Nothing could be compared.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.spec.missing",
    remedy="Give the AsyncAPI document of the provider.",
    level=Level.ERROR,
)
