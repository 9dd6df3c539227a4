"""A request must carry a further parameter."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-added-required",
    title="A request must carry a further parameter",
    why="Every old call is refused.",
    area=Area.PARAMETERS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, required",
    remedy="Make it optional, with the old behaviour when it is left out.",
    received="breaking, unless it has a default.",
    oasdiff=("new-required-request-default-parameter-to-existing-path",),
    level=Level.ERROR,
)
