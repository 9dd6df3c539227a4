"""A text may have fewer lengths."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="length-tightened",
    title="A text may have fewer lengths",
    why="Names and references that fitted are refused.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.3.1 and 6.3.2",
    remedy="Keep the old length.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=(
        "request-body-max-length-decreased",
        "request-body-max-length-set",
        "request-parameter-max-length-set",
        "request-parameter-min-length-increased",
        "request-property-max-length-decreased",
        "request-property-max-length-set",
        "request-property-min-length-increased",
    ),
    level=Level.ERROR,
)
