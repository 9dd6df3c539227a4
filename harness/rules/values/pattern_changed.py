"""A text must match another pattern."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pattern-changed",
    title="A text must match another pattern",
    why="Texts of the old form are refused, or readers meet texts of a form they cannot split.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 6.3.3 pattern",
    remedy="Let the new pattern take everything the old one took.",
    received="breaking where the new pattern refuses what the old one took.",
    sent="breaking where the new pattern takes more.",
    oasdiff=("request-parameter-pattern-changed", "request-property-pattern-changed"),
    level=Level.ERROR,
)
