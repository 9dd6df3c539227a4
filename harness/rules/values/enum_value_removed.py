"""The list of allowed values shrank."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="enum-value-removed",
    title="The list of allowed values shrank",
    why="Callers that still send the value are refused.",
    area=Area.VALUES,
    aspect=Aspect.VALUES,
    action=Action.REMOVED,
    reference="JSON Schema 2020-12 Validation, 6.1.2 enum",
    remedy="Keep taking it, and translate it inside.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=(
        "request-body-const-changed",
        "request-body-enum-value-removed",
        "request-parameter-property-enum-value-removed",
        "request-property-const-changed",
        "request-property-enum-value-removed",
        "request-read-only-property-enum-value-removed",
        "response-property-enum-value-removed",
    ),
    level=Level.ERROR,
)
