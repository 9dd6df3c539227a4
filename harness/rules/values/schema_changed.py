"""A schema changed as a whole, and no single place is to blame."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="schema-changed",
    title="A schema changed as a whole, and no single place is to blame",
    why="Several changes only break together, or the schema is written in a language that is not read.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 4.2.1 instances",
    remedy="Look at the payload, then at the parts that changed.",
    received="breaking where fewer values match.",
    sent="breaking where more values match.",
    oasdiff=(
        "request-body-all-of-added",
        "request-body-all-of-removed",
        "request-property-all-of-added",
        "request-property-all-of-removed",
        "response-body-all-of-added",
        "response-body-all-of-removed",
        "response-property-all-of-added",
        "response-property-all-of-removed",
    ),
    level=Level.ERROR,
)
