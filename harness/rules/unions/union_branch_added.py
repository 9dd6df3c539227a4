"""A further alternative is allowed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="union-branch-added",
    title="A further alternative is allowed",
    why="Readers without a branch for it drop the record.",
    area=Area.UNIONS,
    aspect=Aspect.STRUCTURE,
    action=Action.ADDED,
    reference="JSON Schema 2020-12 Core, 10.2.1.2 anyOf, 10.2.1.3 oneOf",
    remedy="Tell readers first; they need a branch for the rest.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet it.",
    oasdiff=(
        "request-body-any-of-added",
        "response-body-any-of-added",
        "response-body-one-of-added",
        "response-property-any-of-added",
        "response-property-one-of-added",
    ),
    level=Level.ERROR,
)
