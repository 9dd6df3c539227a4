"""The parts of a bundle cannot divide a price."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-weights-unfit",
    title="The parts of a bundle cannot divide a price",
    why="The parts of the posting do not sum to the invoice.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings; cumulative rule",
    remedy="Name each item once, with an exact weight above zero.",
)
