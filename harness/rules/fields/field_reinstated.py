"""A field is no longer marked as deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-reinstated",
    title="A field is no longer marked as deprecated",
    why="Readers that already planned to move may stay.",
    area=Area.FIELDS,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 9.3 deprecated",
    remedy="Tell those who were asked to move.",
    received="compatible.",
    sent="compatible.",
    level=Level.INFO,
)
