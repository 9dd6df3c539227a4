"""Fields named by a pattern must match another schema."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pattern-properties-changed",
    title="Fields named by a pattern must match another schema",
    why="Entries under these names are refused, or mean something else.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.2.2 patternProperties",
    remedy="Keep the old pattern and add a further one.",
    received="breaking where fewer values match.",
    sent="breaking where more values match.",
    oasdiff=("request-property-pattern-property-added", "response-property-pattern-property-added"),
    level=Level.ERROR,
)
