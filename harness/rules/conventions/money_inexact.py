"""An amount is a JSON number."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="money-inexact",
    title="An amount is a JSON number",
    why="Most readers hold it as binary floating point: 0.1 + 0.2 no longer ties to the ledger.",
    area=Area.CONVENTIONS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="RFC 8259, 6; contract-harness design, section 9",
    remedy="Use an integer of minor units, or a decimal in a string.",
    level=Level.WARNING,
)
