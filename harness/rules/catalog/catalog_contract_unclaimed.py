"""No API entry names a contract."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-contract-unclaimed",
    title="No API entry names a contract",
    why="Nobody owns it, and its consumers are unknown.",
    area=Area.CATALOG,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 5",
    remedy="Add an API entry with the annotation contract-harness.io/contract.",
    level=Level.WARNING,
)
