"""A step posts without ordering key or control point."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-post-unordered",
    title="A step posts without ordering key or control point",
    why="An amendment overtakes its predecessor and the ledger keeps the older amount.",
    area=Area.CATALOG,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5; reference landscape, posting steps",
    remedy="Name the key by which postings stay in order, and what is checked before.",
)
