"""A number is left out in the events of one object."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-gap",
    title="A number is left out in the events of one object",
    why="An event may be lost, and what it told never arrives.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`x-ordering-key`, sequence",
    remedy="Look for the event at its producer; say --gapless where every change sends one.",
    level=Level.WARNING,
)
