"""No mapping row answers on some days between two rows."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-gap",
    title="No mapping row answers on some days between two rows",
    why="Documents of those days cannot be posted, also when they come late.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="Let the newer row begin on the day the older one ends.",
)
