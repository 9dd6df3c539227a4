"""A waiver does not count: no authority, too long, or incomplete."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="waiver-ignored",
    title="A waiver does not count: no authority, too long, or incomplete",
    why="What it names is judged as if the waiver were not there.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Give it reason, approver, ticket and an expiry within the policy's limit, signed by an approver of "
    "the base.",
    level=Level.INFO,
)
