"""An operation declares no error, or one in a form of its own."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="error-not-problem-details",
    title="An operation declares no error, or one in a form of its own",
    why="Each consumer guesses what failed, and a rejected posting is taken for a lost one.",
    area=Area.CONVENTIONS,
    aspect=Aspect.STRUCTURE,
    action=Action.FOUND,
    reference="RFC 9457, 3",
    remedy="Answer errors as application/problem+json with type, title and status.",
    level=Level.WARNING,
)
