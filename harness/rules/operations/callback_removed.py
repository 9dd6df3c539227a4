"""The provider no longer calls back."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="callback-removed",
    title="The provider no longer calls back",
    why="Whoever waits for the call waits for ever: the payment stays open.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.18 Callback Object",
    remedy="Keep calling until nobody registers any more.",
    sent="breaking.",
    level=Level.ERROR,
)
