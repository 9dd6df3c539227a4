"""A request body must now be sent."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="request-body-became-required",
    title="A request body must now be sent",
    why="Calls without a body are refused.",
    area=Area.OPERATIONS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.NARROWED,
    reference="OpenAPI 3.1.0, 4.8.13 Request Body Object, required",
    remedy="Keep it optional.",
    received="breaking.",
    oasdiff=("request-body-became-required",),
    level=Level.ERROR,
)
