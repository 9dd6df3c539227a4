"""An operation does not say, or contradicts, its x-interaction."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="interaction-unsaid",
    title="An operation does not say, or contradicts, its x-interaction",
    why="Nobody can tell a question from a posting, so no control applies to either.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, x-interaction",
    remedy="Say x-interaction: validate, propagate, post or reconcile.",
    level=Level.WARNING,
)
