"""An operation posts and names no ordering key."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="post-without-ordering-key",
    title="An operation posts and names no ordering key",
    why="An amendment overtakes its predecessor and the ledger keeps the older amount.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, x-interaction: post needs ordering key and idempotency",
    remedy="Name the fields by which postings keep their order in x-ordering-key.",
    level=Level.WARNING,
)
