"""A mapping row changes what closed books rest on."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-backdated",
    title="A mapping row changes what closed books rest on",
    why="Revenue and tax of a closed period would no longer follow from the row they were booked by.",
    area=Area.GATE,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="End the old row and begin a new one on the first open day; correct the closed period by reversal.",
    level=Level.ERROR,
)
