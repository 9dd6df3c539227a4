"""A component no longer says that it reads a contract."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="consumer-removed",
    title="A component no longer says that it reads a contract",
    why="Taking a consumer off the list hides whom a change hurts.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Show that it has stopped reading, and merge that on its own.",
    level=Level.WARNING,
)
