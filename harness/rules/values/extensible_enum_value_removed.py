"""A value left a list of known values."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="extensible-enum-value-removed",
    title="A value left a list of known values",
    why="Callers that still send it may be refused or misunderstood.",
    area=Area.VALUES,
    aspect=Aspect.VALUES,
    action=Action.REMOVED,
    reference="Zalando RESTful API Guidelines, rule 112 (x-extensible-enum)",
    remedy="Keep it in the list for as long as anyone sends it.",
    received="breaking: old callers may send it.",
    sent="compatible.",
    oasdiff=("request-parameter-x-extensible-enum-value-removed", "request-property-x-extensible-enum-value-removed"),
    level=Level.ERROR,
)
