"""The announced end date comes sooner."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sunset-moved-earlier",
    title="The announced end date comes sooner",
    why="Callers that planned with the old day are cut off before they have moved.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.NARROWED,
    reference="oasdiff and Zalando RESTful API Guidelines, rule 189 (x-sunset)",
    remedy="Keep the announced day.",
    received="breaking: a promise is taken back.",
    sent="breaking: a promise is taken back.",
    oasdiff=("api-sunset-date-changed-too-small",),
    level=Level.ERROR,
)
