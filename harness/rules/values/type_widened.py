"""A value may have more types."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="type-widened",
    title="A value may have more types",
    why="Readers meet a type they do not read: 12.5 where they expect whole cents.",
    area=Area.VALUES,
    aspect=Aspect.TYPE,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.1.1 type",
    remedy="Add a new field for the wider type.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=(
        "request-body-type-generalized",
        "request-parameter-list-of-types-widened",
        "request-parameter-property-list-of-types-widened",
        "request-parameter-property-type-generalized",
        "request-parameter-type-generalized",
        "request-property-list-of-types-widened",
        "request-property-type-generalized",
        "response-body-list-of-types-widened",
        "response-property-list-of-types-widened",
    ),
    level=Level.ERROR,
)
