"""A waiver has run out, and what it waived is still there."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="waiver-expired",
    title="A waiver has run out, and what it waived is still there",
    why="Somebody relied on it; the change counts again and blocks.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Remove what was waived, or have an approver renew the waiver with reason, ticket and expiry.",
)
