"""The last mapping row of a key has ended."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-expired",
    title="The last mapping row of a key has ended",
    why="The next document with that key finds nothing.",
    area=Area.CATALOG,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="Add the row that follows, or take the key out of use on the other side too.",
    level=Level.WARNING,
)
