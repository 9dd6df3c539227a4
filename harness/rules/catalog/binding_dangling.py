"""A canonical binding names a field that is not there."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-dangling",
    title="A canonical binding names a field that is not there",
    why="The amount it means to carry over arrives as nothing, and nobody is told.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, canonical model",
    remedy="Name fields as the contract and the canonical payload name them.",
)
