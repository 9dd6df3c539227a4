"""The list of allowed values grew."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="enum-value-added",
    title="The list of allowed values grew",
    why="A reader without a branch for the new value drops the record or books it wrongly.",
    area=Area.VALUES,
    aspect=Aspect.VALUES,
    action=Action.ADDED,
    reference="JSON Schema 2020-12 Validation, 6.1.2 enum",
    remedy="Tell readers first, or mark the list as growing with x-extensible-enum.",
    received="compatible: the provider takes more.",
    sent="breaking, level warning: readers may meet a value they do not know.",
    oasdiff=(
        "request-parameter-enum-value-added",
        "request-parameter-property-enum-value-added",
        "request-property-enum-value-added",
        "response-property-enum-value-added",
    ),
    level=Level.WARNING,
)
