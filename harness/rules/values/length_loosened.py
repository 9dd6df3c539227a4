"""A text may have more lengths."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="length-loosened",
    title="A text may have more lengths",
    why="Readers cut it off or refuse it: two references become one.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.3.1 and 6.3.2",
    remedy="Widen the readers' columns first.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=(
        "request-body-max-length-increased",
        "request-parameter-max-length-increased",
        "request-property-min-length-decreased",
        "response-body-max-length-increased",
        "response-body-max-length-unset",
    ),
    level=Level.ERROR,
)
