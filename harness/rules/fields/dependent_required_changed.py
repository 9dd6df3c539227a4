"""Which fields must come together changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="dependent-required-changed",
    title="Which fields must come together changed",
    why="A request with one field and without the other is refused, or readers miss the second one.",
    area=Area.FIELDS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 6.5.4 dependentRequired",
    remedy="Keep the second field optional.",
    received="breaking where more must come together.",
    sent="breaking where less must come together.",
    oasdiff=(
        "request-body-dependent-required-added",
        "request-property-dependent-required-changed",
        "response-body-dependent-required-added",
        "response-property-dependent-required-changed",
    ),
    level=Level.ERROR,
)
