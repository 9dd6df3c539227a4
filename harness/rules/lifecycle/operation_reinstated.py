"""An operation is no longer marked as deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="operation-reinstated",
    title="An operation is no longer marked as deprecated",
    why="Callers that planned to move may stay.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.10 Operation Object, deprecated",
    remedy="Tell those who were asked to move.",
    received="compatible.",
    oasdiff=("endpoint-reactivated",),
    level=Level.INFO,
)
