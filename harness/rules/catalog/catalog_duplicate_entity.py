"""Two entries of the catalog have one name."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-duplicate-entity",
    title="Two entries of the catalog have one name",
    why="Only the first one counts, so an owner or consumer in the second is silently lost.",
    area=Area.CATALOG,
    aspect=Aspect.NAMING,
    action=Action.FOUND,
    reference="Backstage catalog-model 1.10.1, entity references",
    remedy="Delete one, or rename it.",
)
