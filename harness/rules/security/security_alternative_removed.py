"""A way to authenticate is no longer enough."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="security-alternative-removed",
    title="A way to authenticate is no longer enough",
    why="Callers that use it are refused (401).",
    area=Area.SECURITY,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.30 Security Requirement Object",
    remedy="Keep it until nobody uses it.",
    received="breaking.",
    level=Level.ERROR,
)
