"""A condition (if, then, else) changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="condition-changed",
    title="A condition (if, then, else) changed",
    why="Requests that met the old condition are refused.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.2.2 if, then, else",
    remedy="Keep the old condition for old callers.",
    received="breaking where more is demanded.",
    sent="breaking where less is demanded.",
    oasdiff=(
        "request-body-else-removed",
        "request-body-if-removed",
        "request-body-then-removed",
        "request-property-else-added",
        "request-property-else-removed",
        "request-property-if-added",
        "request-property-if-removed",
        "request-property-then-added",
        "request-property-then-removed",
        "response-body-else-removed",
        "response-body-if-removed",
        "response-body-then-removed",
        "response-property-else-added",
        "response-property-else-removed",
        "response-property-if-added",
        "response-property-if-removed",
        "response-property-then-added",
        "response-property-then-removed",
    ),
    level=Level.ERROR,
)
