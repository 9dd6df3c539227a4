"""What the items of an array may be changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="items-changed",
    title="What the items of an array may be changed",
    why="Lines that were taken are refused, or readers meet lines they cannot read.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.1.2 items",
    remedy="Keep the old items in this array; send the new ones in another.",
    received="breaking where fewer items are allowed.",
    sent="breaking where more items are allowed.",
    level=Level.ERROR,
)
