"""Two names differ in case alone."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="case-only-rename",
    title="Two names differ in case alone",
    why="On some machines they are one file, so two people would judge two different contracts.",
    area=Area.GATE,
    aspect=Aspect.NAMING,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Rename in two steps through another name, or keep the old name.",
)
