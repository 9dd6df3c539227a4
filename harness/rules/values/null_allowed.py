"""A value may now be null."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="null-allowed",
    title="A value may now be null",
    why='Strict readers fail; lenient ones book 0 where they mean "unknown".',
    area=Area.VALUES,
    aspect=Aspect.TYPE,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.1.1 type",
    remedy="Add a new optional field; keep this one until its sunset.",
    received="compatible: the provider takes more.",
    sent="breaking: old readers may meet null.",
    oasdiff=(
        "request-body-became-nullable",
        "request-parameter-became-nullable",
        "request-parameter-property-became-nullable",
        "request-property-became-nullable",
        "response-property-became-nullable",
    ),
    level=Level.ERROR,
)
