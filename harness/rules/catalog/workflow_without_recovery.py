"""A workflow promises no objective or has no procedure."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-without-recovery",
    title="A workflow promises no objective or has no procedure",
    why="In an outage nobody knows how long is too long, or what to do.",
    area=Area.CATALOG,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, critical workflows",
    remedy="Write rto, rpo and the procedure a person follows at night.",
)
