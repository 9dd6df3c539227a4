"""A pact, catalog, waiver or policy file could not be read."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="file-unreadable",
    title="A pact, catalog, waiver or policy file could not be read",
    why="What it says about consumers, money or responsibility is missing from the answer.",
    area=Area.GATE,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Correct the file at the place named.",
    level=Level.WARNING,
)
