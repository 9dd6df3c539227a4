"""An accepted failure does not occur any more."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="conform-accepted-and-gone",
    title="An accepted failure does not occur any more",
    why="A baseline that is longer than it must be hides the next failure of the same kind.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness conform --baseline`",
    remedy="Take it out of the baseline, or write it again with --baseline-update.",
    level=Level.WARNING,
)
