"""Messages travel at another address."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="channel-address-changed",
    title="Messages travel at another address",
    why="Consumers listen at the old address and hear nothing.",
    area=Area.EVENTS,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="AsyncAPI 3.0.0, Channel Object, address",
    remedy="Send to both addresses until every consumer has moved.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
