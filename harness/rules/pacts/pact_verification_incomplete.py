"""A verification ended without an answer for each interaction."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-verification-incomplete",
    title="A verification ended without an answer for each interaction",
    why="A verifier that could not run says nothing about the provider, whatever its result says.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="`harness pact verify`",
    remedy="Read the reason, repair the run, and verify again.",
    level=Level.ERROR,
)
