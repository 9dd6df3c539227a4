"""Nobody owns a state of a business object, or nobody lists it."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sor-state-unowned",
    title="Nobody owns a state of a business object, or nobody lists it",
    why="A document reaches a state that no system answers for, and stays there.",
    area=Area.CATALOG,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 5, system of record",
    remedy="List the state with the one component that may set it.",
)
