"""A consumer's pattern refuses values that the provider may send."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-enum-wider-than-matcher",
    title="A consumer's pattern refuses values that the provider may send",
    why="A currency or status outside the pattern is not processed.",
    area=Area.PACTS,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 6; finding code response.enum.wider-than-matcher",
    remedy="Widen the pattern to every value of the enum.",
    level=Level.WARNING,
)
