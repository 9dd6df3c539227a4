"""Two systems may write one field in the same state."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sor-two-writers",
    title="Two systems may write one field in the same state",
    why="The last writer wins: an amount in the ledger changes although nobody decided so.",
    area=Area.CATALOG,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 5, system of record",
    remedy="Name one owner, or give each its own states or condition.",
)
