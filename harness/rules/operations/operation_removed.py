"""The contract no longer offers an operation."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="operation-removed",
    title="The contract no longer offers an operation",
    why="Every call to it fails from that day on.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.8 Paths Object",
    remedy="Mark it deprecated with a sunset, and remove it after that day.",
    received="breaking, unless it was deprecated and its sunset has passed.",
    sent="the same for events: consumers wait for what is never sent again.",
    oasdiff=(
        "api-path-removed-with-deprecation",
        "api-path-removed-without-deprecation",
        "api-removed-without-deprecation",
    ),
    level=Level.ERROR,
)
