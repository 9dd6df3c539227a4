"""A workflow step names no probe."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-step-without-probe",
    title="A workflow step names no probe",
    why="If it fails, a customer or the month end says so first.",
    area=Area.CATALOG,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, critical workflows",
    remedy="Name the probe that asserts the step.",
)
