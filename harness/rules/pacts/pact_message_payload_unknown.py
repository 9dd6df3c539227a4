"""A message of a pact has a payload where the specification has no schema."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-payload-unknown",
    title="A message of a pact has a payload where the specification has no schema",
    why="Nobody can tell what the provider sends.",
    area=Area.PACTS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.payload.unknown",
    remedy="Give the message a payload schema.",
    level=Level.WARNING,
)
