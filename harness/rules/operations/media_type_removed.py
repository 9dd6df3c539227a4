"""A body may no longer have a media type."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="media-type-removed",
    title="A body may no longer have a media type",
    why="Callers that send or ask for it are refused (415, 406).",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.14 Media Type Object",
    remedy="Keep it until nobody uses it.",
    received="breaking, unless a range such as */* covers it.",
    sent="breaking, unless a range such as */* covers it.",
    oasdiff=("request-body-media-type-removed", "response-media-type-removed"),
    level=Level.ERROR,
)
