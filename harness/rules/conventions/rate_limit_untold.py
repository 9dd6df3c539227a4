"""An operation does not say when a caller who is too fast may try again."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="rate-limit-untold",
    title="An operation does not say when a caller who is too fast may try again",
    why="Callers retry at once, the limit stays hit, and postings wait behind it.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="RFC 6585, 4; RFC 9110, 10.2.3",
    remedy="Declare 429 with the header Retry-After.",
    level=Level.WARNING,
)
