"""A message is written in another media type."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="message-content-type-changed",
    title="A message is written in another media type",
    why="Consumers cannot decode it.",
    area=Area.EVENTS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="AsyncAPI 3.0.0, Message Object, contentType",
    remedy="Send the other media type on a new channel.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
