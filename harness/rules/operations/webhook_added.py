"""The provider announces a further webhook."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="webhook-added",
    title="The provider announces a further webhook",
    why="Nobody has to change: who does not subscribe is not called.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.1 OpenAPI Object, webhooks",
    remedy="Nothing to do.",
    sent="compatible.",
    level=Level.INFO,
)
