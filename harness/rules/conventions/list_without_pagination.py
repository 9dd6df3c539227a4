"""A list has no parameter for pages."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="list-without-pagination",
    title="A list has no parameter for pages",
    why="The answer grows with the business until the close no longer finishes in time.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="OWASP API Security Top 10 2023, API4",
    remedy="Add `cursor` and `limit`, or say in x-unpaged why the list stays short.",
    level=Level.WARNING,
)
