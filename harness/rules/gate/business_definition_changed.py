"""A workflow, company, checkpoint or binding changes."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="business-definition-changed",
    title="A workflow, company, checkpoint or binding changes",
    why="It decides how money is posted, checked and got back, as surely as a field of a contract.",
    area=Area.GATE,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Have finance systems sign it.",
    level=Level.WARNING,
)
