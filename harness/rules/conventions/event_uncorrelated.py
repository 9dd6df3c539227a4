"""A message carries no correlation id and no trace context."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-uncorrelated",
    title="A message carries no correlation id and no trace context",
    why="What an event set off cannot be found again, so a lost posting is searched by hand.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="AsyncAPI 3.0.0, correlation id; W3C Trace Context",
    remedy="Declare correlationId, or a field or header traceparent.",
    level=Level.WARNING,
)
