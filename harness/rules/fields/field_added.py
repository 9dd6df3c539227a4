"""An object has a further field that may be left out."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-added",
    title="An object has a further field that may be left out",
    why="Old readers skip it, old writers leave it out; only a reader that refuses unknown fields stops.",
    area=Area.FIELDS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="JSON Schema 2020-12 Core, 10.3.2.1 properties",
    remedy="Nothing to do; publish it as a minor version.",
    received="compatible: old callers leave it out.",
    sent="compatible: readers ignore it. Breaking only under the open model where the old reader was closed.",
    oasdiff=("new-optional-request-property", "response-optional-property-added", "response-required-property-added"),
    level=Level.INFO,
)
