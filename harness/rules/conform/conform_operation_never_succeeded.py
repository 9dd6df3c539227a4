"""No request of an operation succeeded while it was tried."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="conform-operation-never-succeeded",
    title="No request of an operation succeeded while it was tried",
    why="Only refusals were seen, so a green run would say nothing about the answers that matter.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness conform`",
    remedy="Give examples in the contract that exist on the server, or a token that may do it.",
    level=Level.ERROR,
)
