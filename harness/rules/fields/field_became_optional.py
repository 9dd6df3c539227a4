"""A field that was always present may now be missing."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-became-optional",
    title="A field that was always present may now be missing",
    why="A reader that takes it for granted books nothing, or stops, on the first record without it.",
    area=Area.FIELDS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.5.3 required",
    remedy="Keep sending it, or announce the end of it with deprecated and a sunset.",
    received="compatible: callers may still send it.",
    sent="breaking: readers were promised it.",
    oasdiff=("response-property-became-optional",),
    level=Level.ERROR,
)
