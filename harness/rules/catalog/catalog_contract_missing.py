"""An API entry names a contract that is not there."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-contract-missing",
    title="An API entry names a contract that is not there",
    why="Its owner and consumers are attached to nothing, so no change of the real contract reaches them.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5",
    remedy="Name the contract as its folder is called; one API entry for each.",
)
