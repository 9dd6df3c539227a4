"""An operation may answer with a further status."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="response-added",
    title="An operation may answer with a further status",
    why="A caller that knows only the old statuses must treat it by its first digit.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.16 Responses Object",
    remedy="Nothing to do; name it in the change log.",
    sent="compatible.",
    oasdiff=("response-success-status-added",),
    level=Level.INFO,
)
