"""The contract promises less stability."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="stability-lowered",
    title="The contract promises less stability",
    why="What callers built on may now change without a word.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.NARROWED,
    reference="oasdiff, stability levels (x-stability-level)",
    remedy="Keep the level; offer the experiment beside it.",
    received="breaking: a promise is taken back.",
    oasdiff=(
        "api-stability-decreased",
        "request-property-stability-decreased",
        "response-property-stability-decreased",
    ),
    level=Level.ERROR,
)
