"""A parameter is marked as deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-deprecated",
    title="A parameter is marked as deprecated",
    why="It will go: whoever sends it has until its sunset to stop.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, deprecated",
    remedy="Give it a sunset day and say what to send instead.",
    received="compatible.",
    oasdiff=("request-parameter-deprecated",),
    level=Level.INFO,
)
