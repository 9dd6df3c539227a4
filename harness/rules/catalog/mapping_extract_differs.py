"""A mapping and the export of a system disagree."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-extract-differs",
    title="A mapping and the export of a system disagree",
    why="What the system sells cannot be posted, or a row points to something that no longer exists there.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="Add the missing row, or end the stale one on the day the system dropped it.",
)
