"""A channel carries a further message."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="message-added",
    title="A channel carries a further message",
    why="Consumers without a branch for it stop, or park it among the failed ones.",
    area=Area.EVENTS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="AsyncAPI 3.0.0, Messages Object",
    remedy="Let every consumer skip what it does not know first; x-extensible-messages: true on the channel says so.",
    received="compatible.",
    sent="breaking by union, level warning.",
    level=Level.WARNING,
)
