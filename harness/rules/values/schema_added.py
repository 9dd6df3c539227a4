"""A value that was unrestricted has a schema."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="schema-added",
    title="A value that was unrestricted has a schema",
    why="Callers that send anything else are refused.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Core, 4.3.1 JSON Schema objects and booleans",
    remedy="Describe what is really sent, no less.",
    received="breaking.",
    sent="compatible: readers know every value.",
    level=Level.ERROR,
)
