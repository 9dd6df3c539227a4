"""Callers may authenticate in a further way."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="security-alternative-added",
    title="Callers may authenticate in a further way",
    why="Nobody has to change; check that the new way is as strong.",
    area=Area.SECURITY,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.30 Security Requirement Object",
    remedy="Nothing to do for callers.",
    received="compatible.",
    level=Level.INFO,
)
