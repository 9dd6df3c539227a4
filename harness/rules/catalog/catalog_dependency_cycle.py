"""Entries of the catalog depend on or contain themselves."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-dependency-cycle",
    title="Entries of the catalog depend on or contain themselves",
    why="After an outage no order exists in which to bring them back.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5",
    remedy="Cut the weakest link, or move the shared part into a third entry.",
)
