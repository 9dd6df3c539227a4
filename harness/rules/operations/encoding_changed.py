"""A part of a form is encoded differently."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="encoding-changed",
    title="A part of a form is encoded differently",
    why="The provider cannot read what old callers send.",
    area=Area.OPERATIONS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.15 Encoding Object",
    remedy="Take both encodings.",
    received="breaking.",
    level=Level.ERROR,
)
