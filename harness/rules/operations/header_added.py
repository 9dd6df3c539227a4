"""An answer carries a further header."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="header-added",
    title="An answer carries a further header",
    why="Nobody has to change.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="OpenAPI 3.1.0, 4.8.21 Header Object",
    remedy="Nothing to do.",
    sent="compatible.",
    level=Level.INFO,
)
