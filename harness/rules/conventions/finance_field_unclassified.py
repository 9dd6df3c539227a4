"""A field with money has no classification."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="finance-field-unclassified",
    title="A field with money has no classification",
    why="Nobody is asked before it changes, and it is logged like any other.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, x-classification",
    remedy="Say x-classification: financial on it or on its object.",
    level=Level.WARNING,
)
