"""An operation can be called without authentication."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="operation-without-authentication",
    title="An operation can be called without authentication",
    why="Whoever finds the address reads invoices or writes them.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="OpenAPI 3.1.1, 4.8.10, security; OWASP API Security Top 10 2023, API2",
    remedy="Name a security scheme in `security`, or say in x-anonymous why anybody may call it.",
    level=Level.WARNING,
)
