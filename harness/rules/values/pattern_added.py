"""A text must now match a pattern."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pattern-added",
    title="A text must now match a pattern",
    why="Callers with texts of another form are refused.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.3.3 pattern",
    remedy="Check the form in the provider and answer with a warning first.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=("request-property-pattern-added", "response-property-pattern-added"),
    level=Level.ERROR,
)
