"""The value assumed for a missing field changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="default-changed",
    title="The value assumed for a missing field changed",
    why="Callers that leave it out ask for something else without knowing.",
    area=Area.VALUES,
    aspect=Aspect.DEFAULT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 9.2 default",
    remedy="Keep the default; let callers ask for the new value.",
    received="compatible by the schema; look at what the provider does.",
    sent="compatible.",
    oasdiff=(
        "request-body-default-value-added",
        "request-body-default-value-changed",
        "request-property-default-value-added",
        "request-property-default-value-changed",
        "response-body-default-value-added",
        "response-body-default-value-removed",
        "response-property-default-value-added",
        "response-property-default-value-changed",
        "response-property-default-value-removed",
    ),
    level=Level.WARNING,
)
