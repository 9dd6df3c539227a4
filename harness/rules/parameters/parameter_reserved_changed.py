"""Whether reserved characters may stand in a parameter changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-reserved-changed",
    title="Whether reserved characters may stand in a parameter changed",
    why="Calls with unescaped characters are read as something else.",
    area=Area.PARAMETERS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, allowReserved",
    remedy="Keep taking them.",
    received="breaking where they are no longer allowed.",
    level=Level.ERROR,
)
