"""A value may no longer be null."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="null-refused",
    title="A value may no longer be null",
    why='Callers that say "unknown" with null are refused.',
    area=Area.VALUES,
    aspect=Aspect.TYPE,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.1.1 type",
    remedy="Keep taking null and treat it as missing.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=(
        "request-body-became-not-nullable",
        "request-property-became-not-nullable",
        "response-body-became-not-nullable",
        "response-property-became-not-nullable",
    ),
    level=Level.ERROR,
)
