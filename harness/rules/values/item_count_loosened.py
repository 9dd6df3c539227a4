"""An array may have more lengths."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="item-count-loosened",
    title="An array may have more lengths",
    why="Readers sized for the old limit drop the rest; one that takes the first item meets none.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.4.1 and 6.4.2",
    remedy="Tell readers first.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=("request-parameter-max-items-increased",),
    level=Level.ERROR,
)
