"""The names that fields may have changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="property-names-changed",
    title="The names that fields may have changed",
    why="Entries under old names are refused, or readers meet names they cannot place.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.2.4 propertyNames",
    remedy="Keep the old names among the allowed ones.",
    received="breaking where fewer names match.",
    sent="breaking where more names match.",
    oasdiff=("request-body-property-names-removed", "response-body-property-names-removed"),
    level=Level.ERROR,
)
