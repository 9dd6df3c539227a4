"""A workflow step names no contract, or one that is not there."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-step-without-contract",
    title="A workflow step names no contract, or one that is not there",
    why="A change of what it really uses would not be seen as a change of the money path.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, critical workflows",
    remedy="Name the APIs and event contracts the step uses.",
)
