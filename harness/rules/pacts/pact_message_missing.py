"""No producer is named for a message that a pact reads."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-missing",
    title="No producer is named for a message that a pact reads",
    why="The message was not tried, so nobody knows whether it holds.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness pact verify`",
    remedy="Add the message to the provider's handlers, by its description in the pact.",
    level=Level.ERROR,
)
