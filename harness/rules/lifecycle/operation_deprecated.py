"""An operation is marked as deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="operation-deprecated",
    title="An operation is marked as deprecated",
    why="It will go: whoever calls it has until its sunset to move.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.10 Operation Object, deprecated",
    remedy="Give it a sunset day and name the operation to use instead.",
    received="compatible.",
    oasdiff=("endpoint-deprecated-with-sunset",),
    level=Level.INFO,
)
