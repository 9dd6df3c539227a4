"""A captured message has a type that its contract does not name."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-type-unknown",
    title="A captured message has a type that its contract does not name",
    why="Consumers meet an event they have never heard of.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="CloudEvents 1.0, type",
    remedy="Declare the message, or send it on a channel of its own.",
    level=Level.ERROR,
)
