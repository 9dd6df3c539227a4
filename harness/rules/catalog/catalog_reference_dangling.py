"""A reference names nothing in the catalog."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-reference-dangling",
    title="A reference names nothing in the catalog",
    why="Impact follows references: behind this one it finds nobody, and a change looks safe that is not.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="Backstage catalog-model 1.10.1, relations",
    remedy="Correct the name, or add the entry.",
)
