"""A running API does what its contract does not say."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="conform-failure",
    title="A running API does what its contract does not say",
    why="Whoever wrote a client by the contract meets an answer it does not know.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="Schemathesis",
    remedy="Repair the server or the contract; what may stay is named in the baseline with its reason.",
    level=Level.ERROR,
)
