"""A request body may now be left out."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="request-body-became-optional",
    title="A request body may now be left out",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.WIDENED,
    reference="OpenAPI 3.1.0, 4.8.13 Request Body Object, required",
    remedy="Nothing to do.",
    received="compatible.",
    level=Level.INFO,
)
