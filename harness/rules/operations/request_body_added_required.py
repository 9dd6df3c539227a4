"""A request must carry a body."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="request-body-added-required",
    title="A request must carry a body",
    why="Every old call is refused.",
    area=Area.OPERATIONS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.13 Request Body Object, required",
    remedy="Make the body optional.",
    received="breaking.",
    level=Level.ERROR,
)
