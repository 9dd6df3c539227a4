"""A captured message is not valid under its contract."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-invalid",
    title="A captured message is not valid under its contract",
    why="Whoever reads the wrong field fails or computes something else.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="AsyncAPI, payload",
    remedy="Send what the payload schema says.",
    level=Level.ERROR,
)
