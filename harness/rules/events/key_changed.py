"""The key that orders and partitions messages changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="key-changed",
    title="The key that orders and partitions messages changed",
    why="Events of one invoice arrive out of order: a payment before its invoice.",
    area=Area.EVENTS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="AsyncAPI Kafka bindings 0.5.0, message key",
    remedy="Start a new topic with the new key.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
