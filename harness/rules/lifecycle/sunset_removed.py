"""The announced end date is gone, though it is still deprecated."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sunset-removed",
    title="The announced end date is gone, though it is still deprecated",
    why="Callers no longer know how long they have.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.REMOVED,
    reference="oasdiff and Zalando RESTful API Guidelines, rule 189 (x-sunset)",
    remedy="Keep the day, or take deprecated away, too.",
    received="breaking: a promise is taken back.",
    sent="breaking: a promise is taken back.",
    oasdiff=("request-parameter-sunset-deleted", "sunset-deleted"),
    level=Level.ERROR,
)
