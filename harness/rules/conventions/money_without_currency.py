"""Nothing around an amount names its currency."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="money-without-currency",
    title="Nothing around an amount names its currency",
    why="A reader adds yen to euro, or divides by the wrong exponent.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="ISO 4217; contract-harness design, section 9",
    remedy="Put a `currency` beside it or on the object it belongs to.",
    level=Level.WARNING,
)
