"""A captured message is no JSON object."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-unreadable",
    title="A captured message is no JSON object",
    why="Nobody who reads the channel can process it.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="AsyncAPI",
    remedy="Send JSON, as the contract says.",
    level=Level.ERROR,
)
