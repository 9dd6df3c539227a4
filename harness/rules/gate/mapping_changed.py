"""A mapping or close calendar changes."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-changed",
    title="A mapping or close calendar changes",
    why="A row of it decides which account, tax code or period is booked, as surely as a field of a contract.",
    area=Area.GATE,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Have finance systems sign it.",
    level=Level.WARNING,
)
