"""A server knew hardly any object that an operation was asked for."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="conform-test-data-missing",
    title="A server knew hardly any object that an operation was asked for",
    why="Most requests ended before the operation did anything.",
    area=Area.CONFORM,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="Schemathesis, warning missing_test_data",
    remedy="Give examples in the contract that exist on the server.",
    level=Level.ERROR,
)
