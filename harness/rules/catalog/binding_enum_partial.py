"""A map of values does not know every value its source can send."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-enum-partial",
    title="A map of values does not know every value its source can send",
    why="The first document with the missing value cannot be posted.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, canonical model",
    remedy="Add the missing values to the map.",
)
