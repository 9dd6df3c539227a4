"""One signing key belongs to two people, or stands twice."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="person-key-shared",
    title="One signing key belongs to two people, or stands twice",
    why="Nobody can say who signed, and one person could be two approvers.",
    area=Area.CATALOG,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="One key, one person.",
)
