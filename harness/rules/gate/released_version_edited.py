"""A released version is edited in place."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="released-version-edited",
    title="A released version is edited in place",
    why="Whoever built against it got another promise under the same number.",
    area=Area.GATE,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Publish the change as a new version and leave the released one as it was.",
)
