"""An event came after a later one of the same object."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-out-of-order",
    title="An event came after a later one of the same object",
    why="A consumer that applies it goes back to an older state.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`x-ordering-key`, sequence",
    remedy="Keep all events of one object in one partition.",
    level=Level.ERROR,
)
