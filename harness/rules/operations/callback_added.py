"""The provider may call a further address back."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="callback-added",
    title="The provider may call a further address back",
    why="Nobody has to change: it is asked for per request.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.18 Callback Object",
    remedy="Nothing to do.",
    sent="compatible.",
    level=Level.INFO,
)
