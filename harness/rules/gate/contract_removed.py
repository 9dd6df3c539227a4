"""A contract is removed while it is in force."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="contract-removed",
    title="A contract is removed while it is in force",
    why="Everybody who uses it fails at once.",
    area=Area.GATE,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Deprecate it with a sunset, wait until then, retire it, and remove it after that.",
)
