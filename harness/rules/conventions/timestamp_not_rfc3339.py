"""A moment is no RFC 3339 text."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="timestamp-not-rfc3339",
    title="A moment is no RFC 3339 text",
    why="A posting lands in the wrong period, since nobody knows the zone it was meant in.",
    area=Area.CONVENTIONS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="RFC 3339, 5.6",
    remedy="Use a string with format date-time (with offset) or date.",
    level=Level.WARNING,
)
