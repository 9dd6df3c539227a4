"""The announced end date comes later."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sunset-moved-later",
    title="The announced end date comes later",
    why="Callers have more time.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.WIDENED,
    reference="oasdiff and Zalando RESTful API Guidelines, rule 189 (x-sunset)",
    remedy="Tell those who are moving.",
    received="compatible.",
    sent="compatible.",
    level=Level.INFO,
)
