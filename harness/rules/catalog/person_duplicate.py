"""Two people have one mail address."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="person-duplicate",
    title="Two people have one mail address",
    why="Nobody can tell whose commit it is, so author and approver cannot be told apart.",
    area=Area.CATALOG,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Keep one entry for one person.",
)
