"""The name that tools know an operation by changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="operation-id-changed",
    title="The name that tools know an operation by changed",
    why="Generated clients get a method of another name, and links or pacts point nowhere.",
    area=Area.OPERATIONS,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.10 Operation Object, operationId",
    remedy="Keep the operationId.",
    received="compatible on the wire; a warning where a pact or link names it.",
    oasdiff=("api-operation-id-removed",),
    level=Level.INFO,
)
