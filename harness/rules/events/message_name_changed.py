"""The name by which readers know a message changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="message-name-changed",
    title="The name by which readers know a message changed",
    why="Consumers that choose by name treat it as unknown.",
    area=Area.EVENTS,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="AsyncAPI 3.0.0, Message Object, name",
    remedy="Send both names until every consumer has moved.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
