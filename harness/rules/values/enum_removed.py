"""A value is no longer limited to a list."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="enum-removed",
    title="A value is no longer limited to a list",
    why="Readers that switch over the list meet values without a branch.",
    area=Area.VALUES,
    aspect=Aspect.VALUES,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Validation, 6.1.2 enum",
    remedy="Announce new values before sending them; readers need a branch for the rest.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=("request-body-const-removed", "request-property-const-removed"),
    level=Level.ERROR,
)
