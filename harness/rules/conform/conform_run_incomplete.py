"""A conformance run did not come to its end."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="conform-run-incomplete",
    title="A conformance run did not come to its end",
    why="What was not tried is not known to be right.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness conform`",
    remedy="Read the reason, give the run more time, and try again.",
    level=Level.ERROR,
)
