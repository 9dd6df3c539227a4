"""More numbers of fields are allowed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="property-count-loosened",
    title="More numbers of fields are allowed",
    why="Readers sized for the old limit meet larger objects.",
    area=Area.FIELDS,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.5.1 and 6.5.2",
    remedy="Tell readers first.",
    received="compatible.",
    sent="breaking.",
    level=Level.ERROR,
)
