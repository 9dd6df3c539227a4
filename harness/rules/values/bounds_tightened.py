"""A number may have fewer values."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="bounds-tightened",
    title="A number may have fewer values",
    why="Amounts that were taken yesterday are refused today.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.2.2 to 6.2.5",
    remedy="Keep the old bound, or check the new one under a new field.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=(
        "request-body-exclusive-max-set",
        "request-body-exclusive-min-set",
        "request-body-max-decreased",
        "request-parameter-exclusive-max-set",
        "request-parameter-exclusive-min-set",
        "request-parameter-max-decreased",
        "request-property-exclusive-max-set",
        "request-property-exclusive-min-set",
        "request-property-min-increased",
        "request-read-only-property-min-increased",
    ),
    level=Level.ERROR,
)
