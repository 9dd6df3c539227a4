"""A parameter is no longer taken."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-removed",
    title="A parameter is no longer taken",
    why="A filter that is ignored answers with too much: every invoice instead of the open ones.",
    area=Area.PARAMETERS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object",
    remedy="Keep taking it until its sunset.",
    received="breaking: old callers send it.",
    oasdiff=("request-parameter-removed",),
    level=Level.ERROR,
)
