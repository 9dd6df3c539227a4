"""Backstage would refuse an entry of the catalog."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-entity-refused",
    title="Backstage would refuse an entry of the catalog",
    why="An entry that is not ingested is invisible: no owner is found and no consumer is warned.",
    area=Area.CATALOG,
    aspect=Aspect.STRUCTURE,
    action=Action.FOUND,
    reference="Backstage catalog-model 1.10.1, entity policies and kind validators",
    remedy="Correct the named fields; extra data belongs under spec.x-governance.",
)
