"""A mapping does not know a value that another one uses."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-incomplete",
    title="A mapping does not know a value that another one uses",
    why="A product that can be sold cannot be posted.",
    area=Area.CATALOG,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="Add a row for the value.",
)
