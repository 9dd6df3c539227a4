"""A request may carry a further parameter."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-added",
    title="A request may carry a further parameter",
    why="Nobody has to change.",
    area=Area.PARAMETERS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object",
    remedy="Nothing to do.",
    received="compatible.",
    oasdiff=("new-optional-request-default-parameter-to-existing-path", "new-optional-request-parameter"),
    level=Level.INFO,
)
