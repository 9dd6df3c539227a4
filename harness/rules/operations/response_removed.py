"""An operation no longer answers with a status."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="response-removed",
    title="An operation no longer answers with a status",
    why="Callers that act on that status never act again.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.16 Responses Object",
    remedy="Keep answering with it.",
    sent="breaking for 2xx that nothing covers; else info.",
    oasdiff=("response-non-success-status-removed", "response-success-status-removed"),
    level=Level.ERROR,
)
