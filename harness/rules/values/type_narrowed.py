"""A value may have fewer types."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="type-narrowed",
    title="A value may have fewer types",
    why="Callers that send one of the others are refused.",
    area=Area.VALUES,
    aspect=Aspect.TYPE,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.1.1 type",
    remedy="Keep taking all of them.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=(
        "request-body-list-of-types-narrowed",
        "request-parameter-list-of-types-narrowed",
        "request-parameter-property-list-of-types-narrowed",
        "request-property-list-of-types-narrowed",
        "response-body-type-compatible",
        "response-property-type-specialized",
    ),
    level=Level.ERROR,
)
