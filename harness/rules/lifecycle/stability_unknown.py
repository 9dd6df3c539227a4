"""The stability level is no known level."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="stability-unknown",
    title="The stability level is no known level",
    why="Nobody knows what is promised.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.CHANGED,
    reference="oasdiff, stability levels (x-stability-level)",
    remedy="Use draft, alpha, beta or stable.",
    received="breaking: the promise cannot be known.",
    oasdiff=("api-invalid-stability-level",),
    level=Level.ERROR,
)
