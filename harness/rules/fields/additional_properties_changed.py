"""Fields that are not declared must now match another schema."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="additional-properties-changed",
    title="Fields that are not declared must now match another schema",
    why="Entries of a map that were taken are refused, or readers meet entries of another shape.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.2.3 additionalProperties",
    remedy="Keep the old shape for old keys; put the new shape under a new field.",
    received="breaking where fewer values match.",
    sent="breaking where more values match.",
    level=Level.ERROR,
)
