"""The contract names a further channel."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="channel-added",
    title="The contract names a further channel",
    why="Nobody has to change.",
    area=Area.EVENTS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="AsyncAPI 3.0.0, Channels Object",
    remedy="Nothing to do.",
    received="compatible.",
    sent="compatible.",
    level=Level.INFO,
)
