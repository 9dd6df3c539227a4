"""The fixed places of an array changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="prefix-items-changed",
    title="The fixed places of an array changed",
    why="A reader that takes the second item for the amount takes something else.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.1.1 prefixItems",
    remedy="Append places, never insert; better, use an object with names.",
    received="breaking where fewer arrays are allowed.",
    sent="breaking where more arrays are allowed.",
    oasdiff=(
        "request-body-prefix-items-removed",
        "request-property-prefix-items-added",
        "response-body-prefix-items-removed",
        "response-property-prefix-items-added",
    ),
    level=Level.ERROR,
)
