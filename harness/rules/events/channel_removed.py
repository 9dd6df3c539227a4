"""The contract no longer names a channel."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="channel-removed",
    title="The contract no longer names a channel",
    why="Consumers wait for events that never come: invoices are not posted, and nothing fails.",
    area=Area.EVENTS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="AsyncAPI 3.0.0, Channels Object",
    remedy="Keep it until no consumer reads it; then remove it in a major version.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
