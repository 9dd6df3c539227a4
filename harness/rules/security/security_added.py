"""Callers must now authenticate."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="security-added",
    title="Callers must now authenticate",
    why="Every old call is refused (401).",
    area=Area.SECURITY,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.30 Security Requirement Object",
    remedy="Let callers authenticate first, demand it later.",
    received="breaking.",
    oasdiff=("api-global-security-added",),
    level=Level.ERROR,
)
