"""Steps of a workflow cannot be put in order."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-step-order",
    title="Steps of a workflow cannot be put in order",
    why="Nobody can say which step is late, or where to begin the recovery.",
    area=Area.CATALOG,
    aspect=Aspect.STRUCTURE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, critical workflows",
    remedy="Give each step one id and name earlier steps in after.",
)
