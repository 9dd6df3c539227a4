"""A list that readers must expect to grow grew."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="extensible-enum-value-added",
    title="A list that readers must expect to grow grew",
    why="Readers were told to expect it; one without a branch for the rest still drops the record.",
    area=Area.VALUES,
    aspect=Aspect.VALUES,
    action=Action.ADDED,
    reference="Zalando RESTful API Guidelines, rule 112 (x-extensible-enum)",
    remedy="Nothing to do; name the new value in the change log.",
    received="compatible.",
    sent="compatible: readers were told to expect it.",
    level=Level.INFO,
)
