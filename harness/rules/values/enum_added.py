"""A value is now limited to a list."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="enum-added",
    title="A value is now limited to a list",
    why="Callers that use any other value are refused.",
    area=Area.VALUES,
    aspect=Aspect.VALUES,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.1.2 enum",
    remedy="List every value in use, or only recommend the list.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=(
        "request-body-const-added",
        "request-header-property-became-enum",
        "request-parameter-became-enum",
        "request-property-became-enum",
        "request-property-const-added",
        "response-body-const-added",
        "response-property-const-added",
    ),
    level=Level.ERROR,
)
