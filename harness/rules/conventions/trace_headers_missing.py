"""An operation takes no correlation id or no trace context."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="trace-headers-missing",
    title="An operation takes no correlation id or no trace context",
    why="An amount that went wrong cannot be followed from system to system.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="W3C Trace Context, 3.2",
    remedy="Take traceparent and X-Correlation-Id, and carry them on.",
    level=Level.WARNING,
)
