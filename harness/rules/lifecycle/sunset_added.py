"""An end date was announced."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sunset-added",
    title="An end date was announced",
    why="Callers must have moved by that day.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.ADDED,
    reference="oasdiff and Zalando RESTful API Guidelines, rule 189 (x-sunset)",
    remedy="Nothing to do; check that the day leaves them time.",
    received="compatible.",
    sent="compatible.",
    level=Level.INFO,
)
