"""An entry does not have the shape its schema says."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-extension-shape",
    title="An entry does not have the shape its schema says",
    why="A misspelt key is read as absent: an objective, owner or rate would count as not stated.",
    area=Area.CATALOG,
    aspect=Aspect.STRUCTURE,
    action=Action.FOUND,
    reference="contract-harness design, section 5; harness/schemas/catalog-*.json",
    remedy="Follow the schema; editors show it while typing.",
)
