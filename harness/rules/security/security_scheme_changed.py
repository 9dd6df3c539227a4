"""A security scheme works differently."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="security-scheme-changed",
    title="A security scheme works differently",
    why="Callers send the proof where nobody looks for it any more.",
    area=Area.SECURITY,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.27 Security Scheme Object",
    remedy="Add a new scheme, and accept both.",
    received="breaking where an operation uses it.",
    oasdiff=(
        "api-security-component-oauth-token-url-changed",
        "api-security-component-removed",
        "api-security-component-type-changed",
    ),
    level=Level.ERROR,
)
