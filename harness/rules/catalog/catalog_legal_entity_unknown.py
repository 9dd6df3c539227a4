"""A legal entity is named that nobody defines."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-legal-entity-unknown",
    title="A legal entity is named that nobody defines",
    why="Postings and deadlines of that company are checked by nobody.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5",
    remedy="Correct the name, or add the legal entity.",
)
