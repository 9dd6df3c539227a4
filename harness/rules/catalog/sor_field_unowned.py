"""Nobody owns a field of a business object."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sor-field-unowned",
    title="Nobody owns a field of a business object",
    why="When two systems disagree about it, nobody can say which is right.",
    area=Area.CATALOG,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 5, system of record",
    remedy="Name the one component that may write it.",
)
