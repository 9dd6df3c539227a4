"""A parameter may now be left out."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-became-optional",
    title="A parameter may now be left out",
    why="Nobody has to change.",
    area=Area.PARAMETERS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.WIDENED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, required",
    remedy="Nothing to do.",
    received="compatible.",
    oasdiff=("request-parameter-became-optional",),
    level=Level.INFO,
)
