"""Something is deprecated and names no day of sunset."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="deprecated-without-sunset",
    title="Something is deprecated and names no day of sunset",
    why="Consumers cannot plan, so none moves, and it can never be removed.",
    area=Area.CONVENTIONS,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="RFC 8594; RFC 9745",
    remedy="Say until when it works in x-sunset.",
    level=Level.WARNING,
)
