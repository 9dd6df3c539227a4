"""An array may have fewer lengths."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="item-count-tightened",
    title="An array may have fewer lengths",
    why="Invoices with as many lines as before are refused.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Validation, 6.4.1 and 6.4.2",
    remedy="Keep the old limit, or offer pages.",
    received="breaking.",
    sent="compatible: readers know every value.",
    oasdiff=("request-body-min-items-increased", "request-parameter-min-items-increased"),
    level=Level.ERROR,
)
