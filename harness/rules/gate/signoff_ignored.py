"""A sign-off does not count."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="signoff-ignored",
    title="A sign-off does not count",
    why="Its signature, key, scope, policy or expiry does not hold for this change, so it proves nothing.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Sign this change anew with a key that the catalog of the base knows.",
    level=Level.INFO,
)
