"""A field is no longer taken from callers."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-became-read-only",
    title="A field is no longer taken from callers",
    why="What callers send in it is dropped or refused, and they do not notice which.",
    area=Area.FIELDS,
    aspect=Aspect.MUTABILITY,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 9.4 readOnly",
    remedy="Add a new field for the provider's value and keep taking the old one until its sunset.",
    received="breaking: old callers send it.",
    sent="compatible.",
    oasdiff=("request-required-property-became-read-only", "response-required-property-became-read-only"),
    level=Level.ERROR,
)
