"""A text no longer needs to match a pattern."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pattern-removed",
    title="A text no longer needs to match a pattern",
    why="Readers that split the text by its form fail on the first other one.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.3.3 pattern",
    remedy="Keep the pattern for what is sent.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=("request-parameter-pattern-removed",),
    level=Level.ERROR,
)
