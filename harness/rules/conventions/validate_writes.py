"""An operation says it only validates and writes."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="validate-writes",
    title="An operation says it only validates and writes",
    why="A price check books a posting, and nobody looks for it there.",
    area=Area.CONVENTIONS,
    aspect=Aspect.MUTABILITY,
    action=Action.FOUND,
    reference="contract-harness design, x-interaction: validate never writes a ledger",
    remedy="Say x-interaction: post and what that needs, or take the write out.",
    level=Level.WARNING,
)
