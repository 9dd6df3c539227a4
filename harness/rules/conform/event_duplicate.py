"""A fact was sent twice."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-duplicate",
    title="A fact was sent twice",
    why="A consumer that does not remember ids books the same money twice.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="CloudEvents 1.0, id and source",
    remedy="Send a fact once, mark a replay as one, and say --at-least-once where the bus may repeat.",
    level=Level.ERROR,
)
