"""A CloudEvents type or data schema changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-type-changed",
    title="A CloudEvents type or data schema changed",
    why="Consumers that choose by type treat the event as unknown.",
    area=Area.EVENTS,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="CloudEvents 1.0.2, type and dataschema",
    remedy="Send the new type beside the old one.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
