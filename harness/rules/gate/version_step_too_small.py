"""The version step is too small for what breaks."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="version-step-too-small",
    title="The version step is too small for what breaks",
    why="Consumers read the version to know whether they must act; this one tells them they need not.",
    area=Area.GATE,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Keep what breaks, or declare the step that tells consumers.",
)
