"""A pact has no interaction."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-empty",
    title="A pact has no interaction",
    why="It looks like protection and says nothing about what is read.",
    area=Area.GATE,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Write down what the consumer reads, or remove the pact.",
    level=Level.WARNING,
)
