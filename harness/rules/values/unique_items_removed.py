"""An array may now repeat items."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="unique-items-removed",
    title="An array may now repeat items",
    why="Readers that use the items as keys book twice or lose one.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.4.3 uniqueItems",
    remedy="Keep them unique in what is sent.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    level=Level.ERROR,
)
