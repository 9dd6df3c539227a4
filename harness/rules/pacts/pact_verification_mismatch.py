"""A running provider does not do what a pact promises."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-verification-mismatch",
    title="A running provider does not do what a pact promises",
    why="The consumer was tested with another answer, so it fails or computes something else with this one.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness pact verify`",
    remedy="Give the consumer what its pact says, or agree on a new pact first.",
    level=Level.ERROR,
)
