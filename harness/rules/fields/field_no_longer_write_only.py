"""A field is now sent to readers as well."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-no-longer-write-only",
    title="A field is now sent to readers as well",
    why="Readers see a value they did not see before; check that it may be seen at all.",
    area=Area.FIELDS,
    aspect=Aspect.MUTABILITY,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 9.4 writeOnly",
    remedy="Make sure that every reader of the answer may see it.",
    received="compatible.",
    sent="compatible: as a field added.",
    oasdiff=("request-required-property-became-not-write-only", "response-required-property-became-not-write-only"),
    level=Level.INFO,
)
