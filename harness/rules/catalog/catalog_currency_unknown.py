"""A currency is named that ISO 4217 does not know."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-currency-unknown",
    title="A currency is named that ISO 4217 does not know",
    why="Without its minor units no amount can be compared.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="ISO 4217",
    remedy="Write the three-letter code, such as EUR.",
)
