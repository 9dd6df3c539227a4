"""A parameter is no longer marked as deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-reinstated",
    title="A parameter is no longer marked as deprecated",
    why="Callers that planned to stop sending it may go on.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, deprecated",
    remedy="Tell those who were asked to stop.",
    received="compatible.",
    oasdiff=("request-parameter-reactivated",),
    level=Level.INFO,
)
