"""A header may now be missing."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="header-became-optional",
    title="A header may now be missing",
    why="Readers that take it for granted fail on the first answer without it.",
    area=Area.OPERATIONS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.WIDENED,
    reference="OpenAPI 3.1.0, 4.8.21 Header Object, required",
    remedy="Keep sending it.",
    sent="breaking.",
    level=Level.ERROR,
)
