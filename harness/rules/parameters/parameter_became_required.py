"""A parameter must now be given."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-became-required",
    title="A parameter must now be given",
    why="Calls without it are refused.",
    area=Area.PARAMETERS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.NARROWED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, required",
    remedy="Keep it optional.",
    received="breaking.",
    level=Level.ERROR,
)
