"""Whether a parameter may be empty changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-empty-value-changed",
    title="Whether a parameter may be empty changed",
    why="Calls with the bare name are refused.",
    area=Area.PARAMETERS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.12 Parameter Object, allowEmptyValue",
    remedy="Keep taking the empty value.",
    received="breaking where it is no longer allowed.",
    level=Level.ERROR,
)
