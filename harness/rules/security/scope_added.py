"""Callers need a further scope."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="scope-added",
    title="Callers need a further scope",
    why="Tokens without it are refused (403).",
    area=Area.SECURITY,
    aspect=Aspect.VALUES,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.30 Security Requirement Object",
    remedy="Take the old scope until every client has the new one.",
    received="breaking.",
    oasdiff=("api-security-scope-added",),
    level=Level.ERROR,
)
