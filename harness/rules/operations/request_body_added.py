"""A request may carry a body."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="request-body-added",
    title="A request may carry a body",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.13 Request Body Object",
    remedy="Nothing to do.",
    received="compatible.",
    level=Level.INFO,
)
