"""An operation moves money and cannot be repeated safely."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="money-without-idempotency-key",
    title="An operation moves money and cannot be repeated safely",
    why="After a time-out the caller tries again, and the customer pays twice.",
    area=Area.CONVENTIONS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.FOUND,
    reference="IETF draft-ietf-httpapi-idempotency-key-header; contract-harness design, x-interaction",
    remedy="Require the header Idempotency-Key.",
    level=Level.WARNING,
)
