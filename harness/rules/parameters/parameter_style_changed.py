"""A parameter is written differently on the wire."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-style-changed",
    title="A parameter is written differently on the wire",
    why="The provider reads one value where several were sent.",
    area=Area.PARAMETERS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.12.2 style values",
    remedy="Take both spellings.",
    received="breaking.",
    level=Level.ERROR,
)
