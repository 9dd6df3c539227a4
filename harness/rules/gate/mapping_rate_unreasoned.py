"""A rate changes and its row does not say why."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-rate-unreasoned",
    title="A rate changes and its row does not say why",
    why="Tax is charged at another rate, and nobody can show an auditor which law or source said so.",
    area=Area.GATE,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="Say why in the column that x-governance.reasonColumn names (change_reason), with the source.",
    level=Level.WARNING,
)
