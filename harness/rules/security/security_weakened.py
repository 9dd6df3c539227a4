"""Callers need to prove less than before."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="security-weakened",
    title="Callers need to prove less than before",
    why="Whoever could not see invoices or move money before may do so now.",
    area=Area.SECURITY,
    aspect=Aspect.EXISTENCE,
    action=Action.WIDENED,
    reference="OpenAPI 3.1.0, 4.8.30 Security Requirement Object",
    remedy="Ask security for a sign-off, or keep the requirement.",
    received="compatible for callers, level error: it is said aloud on purpose.",
    oasdiff=("api-global-security-removed", "api-security-removed"),
    level=Level.ERROR,
)
