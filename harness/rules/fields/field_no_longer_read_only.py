"""A field is now taken from callers as well."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-no-longer-read-only",
    title="A field is now taken from callers as well",
    why="Harmless, unless the field is required: then callers that never sent it are refused.",
    area=Area.FIELDS,
    aspect=Aspect.MUTABILITY,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 9.4 readOnly",
    remedy="Keep it optional, or give it a default.",
    received="compatible, unless it is required without a default.",
    sent="compatible.",
    level=Level.INFO,
)
