"""The contract offers a further operation."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="operation-added",
    title="The contract offers a further operation",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.9 Path Item Object",
    remedy="Nothing to do; a minor version is enough.",
    received="compatible.",
    sent="compatible.",
    oasdiff=("endpoint-added",),
    level=Level.INFO,
)
