"""Whether a bound field fits the canonical field is not known."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-type-unproven",
    title="Whether a bound field fits the canonical field is not known",
    why="It may stop the day a value comes that nobody thought of.",
    area=Area.CATALOG,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, canonical model",
    remedy="Simplify one of the two schemas, so that it can be decided.",
    level=Level.WARNING,
)
