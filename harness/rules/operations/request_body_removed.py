"""A request body is no longer taken."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="request-body-removed",
    title="A request body is no longer taken",
    why="What callers send is dropped without a word, or refused.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.13 Request Body Object",
    remedy="Keep taking it until its sunset.",
    received="breaking: the provider drops what old callers send.",
    level=Level.ERROR,
)
