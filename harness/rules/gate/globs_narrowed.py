"""A catalog or pact file is outside of the globs now."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="globs-narrowed",
    title="A catalog or pact file is outside of the globs now",
    why="What is no longer read can no longer tell whom a change hurts.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Keep the file under the globs of harness.yaml, or remove it on its own.",
    level=Level.WARNING,
)
