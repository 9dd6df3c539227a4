"""The contract names a further server."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="server-added",
    title="The contract names a further server",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.5 Server Object",
    remedy="Nothing to do.",
    received="compatible.",
    sent="compatible.",
    level=Level.INFO,
)
