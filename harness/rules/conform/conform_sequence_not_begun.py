"""No sequence of requests began where the contract's links begin."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="conform-sequence-not-begun",
    title="No sequence of requests began where the contract's links begin",
    why="The stateful phase ends well without having tried what follows.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="Measured of Schemathesis 4.32.5",
    remedy="Leave links on the first operation only, or try the sequence with a state machine.",
    level=Level.ERROR,
)
