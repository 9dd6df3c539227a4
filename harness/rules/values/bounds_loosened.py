"""A number may have more values."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="bounds-loosened",
    title="A number may have more values",
    why="Readers sized for the old bound overflow: a column of six digits, a discount above 100 %.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.2.2 to 6.2.5",
    remedy="Tell readers first.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=("request-body-max-increased", "request-property-max-increased"),
    level=Level.ERROR,
)
