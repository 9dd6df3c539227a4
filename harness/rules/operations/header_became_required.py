"""A header is now always there."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="header-became-required",
    title="A header is now always there",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.NARROWED,
    reference="OpenAPI 3.1.0, 4.8.21 Header Object, required",
    remedy="Nothing to do.",
    sent="compatible.",
    level=Level.INFO,
)
