"""A field is required that no schema declares."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-required-undeclared",
    title="A field is required that no schema declares",
    why="Old callers cannot know the name, so every one of their requests is refused.",
    area=Area.FIELDS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.ADDED,
    reference="JSON Schema 2020-12 Validation, 6.5.3 required",
    remedy="Declare the field, or take it out of required.",
    received="breaking: nobody sends an undeclared field.",
    sent="compatible, but readers cannot know what it holds.",
    level=Level.ERROR,
)
