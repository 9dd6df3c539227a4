"""A close calendar has days missing or dates out of order."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="close-calendar-unfit",
    title="A close calendar has days missing or dates out of order",
    why="A change slips into the close because the window is not where people think.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, close calendar",
    remedy="Write every date of the period, without gaps between periods.",
)
