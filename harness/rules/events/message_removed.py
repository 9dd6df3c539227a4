"""A channel no longer carries a message."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="message-removed",
    title="A channel no longer carries a message",
    why="Consumers wait for an event that never comes.",
    area=Area.EVENTS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="AsyncAPI 3.0.0, Messages Object",
    remedy="Keep sending it until no consumer reads it.",
    received="breaking: it is no longer taken.",
    sent="breaking: readers wait for it.",
    level=Level.ERROR,
)
