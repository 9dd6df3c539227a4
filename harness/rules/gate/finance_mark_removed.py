"""A mark that makes a field finance-sensitive is taken away."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="finance-mark-removed",
    title="A mark that makes a field finance-sensitive is taken away",
    why="Without the mark finance systems would not be asked; the base's mark still counts for this branch.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Have finance agree that the field no longer feeds money, then merge the mark's removal on its own.",
    level=Level.WARNING,
)
