"""A field that could be left out must now be present."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-became-required",
    title="A field that could be left out must now be present",
    why="Callers that leave it out are refused from that day on.",
    area=Area.FIELDS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.5.3 required",
    remedy="Keep it optional and fill a default in the provider.",
    received="breaking, unless it has a default.",
    sent="compatible: readers get it every time.",
    oasdiff=(
        "request-header-property-became-required",
        "request-property-became-required",
        "response-property-became-required",
    ),
    level=Level.ERROR,
)
