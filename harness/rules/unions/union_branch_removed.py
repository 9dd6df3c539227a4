"""An alternative is no longer allowed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="union-branch-removed",
    title="An alternative is no longer allowed",
    why="Callers that use it are refused: a payment method that no longer pays.",
    area=Area.UNIONS,
    aspect=Aspect.STRUCTURE,
    action=Action.REMOVED,
    reference="JSON Schema 2020-12 Core, 10.2.1.2 anyOf, 10.2.1.3 oneOf",
    remedy="Keep taking it until nobody sends it.",
    received="breaking.",
    sent="compatible: readers know the rest.",
    oasdiff=(
        "request-body-any-of-removed",
        "request-body-one-of-removed",
        "request-property-one-of-removed",
        "response-body-any-of-removed",
        "response-property-any-of-removed",
        "response-property-one-of-removed",
    ),
    level=Level.ERROR,
)
