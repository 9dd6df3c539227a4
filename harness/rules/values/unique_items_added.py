"""An array may no longer repeat items."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="unique-items-added",
    title="An array may no longer repeat items",
    why="Requests with two equal lines are refused.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.4.3 uniqueItems",
    remedy="Take repeats and merge them inside.",
    received="breaking.",
    sent="compatible: readers know every value.",
    level=Level.ERROR,
)
