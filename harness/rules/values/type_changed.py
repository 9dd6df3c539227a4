"""A value has another type."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="type-changed",
    title="A value has another type",
    why="What one side writes the other cannot read: a total as text adds up to nothing.",
    area=Area.VALUES,
    aspect=Aspect.TYPE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 6.1.1 type",
    remedy="Add a new field of the other type and keep this one until its sunset.",
    received="breaking.",
    sent="breaking.",
    oasdiff=(
        "request-body-type-changed",
        "request-parameter-type-changed",
        "request-property-type-changed",
        "response-body-type-changed",
        "response-property-type-changed",
    ),
    level=Level.ERROR,
)
