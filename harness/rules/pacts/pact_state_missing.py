"""Nobody establishes a provider state that a pact asks for."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-state-missing",
    title="Nobody establishes a provider state that a pact asks for",
    why="The interaction was not tried, so nobody knows whether it holds.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness pact verify`",
    remedy="Add the state to the provider's handlers, by the name in the pact.",
    level=Level.ERROR,
)
