"""A body may have a further media type."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="media-type-added",
    title="A body may have a further media type",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.14 Media Type Object",
    remedy="Nothing to do.",
    received="compatible.",
    sent="compatible: callers ask for the one they know.",
    oasdiff=("request-body-media-type-added",),
    level=Level.INFO,
)
