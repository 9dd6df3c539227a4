"""The step between allowed numbers changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="multiple-of-changed",
    title="The step between allowed numbers changed",
    why="Amounts of the old step are refused, or readers meet fractions of a cent.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 6.2.1 multipleOf",
    remedy="Keep the old step; use a new field for a finer one.",
    received="breaking where fewer numbers are allowed.",
    sent="breaking where more numbers are allowed.",
    level=Level.ERROR,
)
