"""The announced end date is no date."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sunset-unreadable",
    title="The announced end date is no date",
    why="Neither people nor programs know when it ends.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="oasdiff and Zalando RESTful API Guidelines, rule 189 (x-sunset)",
    remedy="Write it as RFC 3339 date: 2030-01-31.",
    received="breaking: the end cannot be known.",
    sent="breaking: the end cannot be known.",
    oasdiff=("api-deprecated-sunset-parse", "api-path-sunset-parse", "request-parameter-sunset-parse"),
    level=Level.ERROR,
)
