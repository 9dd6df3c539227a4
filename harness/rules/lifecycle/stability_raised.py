"""The contract promises more stability."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="stability-raised",
    title="The contract promises more stability",
    why="Callers may rely on more.",
    area=Area.LIFECYCLE,
    aspect=Aspect.LIFECYCLE,
    action=Action.WIDENED,
    reference="oasdiff, stability levels (x-stability-level)",
    remedy="Nothing to do.",
    received="compatible.",
    level=Level.INFO,
)
