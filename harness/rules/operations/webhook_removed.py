"""The provider no longer announces a webhook."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="webhook-removed",
    title="The provider no longer announces a webhook",
    why="Subscribers wait for events that never come.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.1 OpenAPI Object, webhooks",
    remedy="Keep it, deprecated and with a sunset.",
    sent="breaking.",
    level=Level.ERROR,
)
