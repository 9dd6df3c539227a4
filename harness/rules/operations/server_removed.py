"""The contract no longer names a server."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="server-removed",
    title="The contract no longer names a server",
    why="Callers of that address fail once it is switched off.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.5 Server Object",
    remedy="Keep it until nobody calls it.",
    received="compatible by the contract, level warning.",
    sent="compatible by the contract, level warning.",
    level=Level.WARNING,
)
