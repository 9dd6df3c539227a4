"""What a value must not be changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="not-changed",
    title="What a value must not be changed",
    why="Values that were taken are refused, or readers meet values that were ruled out.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.2.1.4 not",
    remedy="Say what a value is rather than what it is not.",
    received="breaking where more is ruled out.",
    sent="breaking where less is ruled out.",
    level=Level.ERROR,
)
