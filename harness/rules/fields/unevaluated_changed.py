"""What may remain unnamed by any part of the schema changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="unevaluated-changed",
    title="What may remain unnamed by any part of the schema changed",
    why="Fields or items that nothing names are refused, or appear where none were.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 11 unevaluatedItems, unevaluatedProperties",
    remedy="Leave it open and ignore what is unknown.",
    received="breaking where less may remain.",
    sent="breaking where more may remain.",
    oasdiff=(
        "request-body-unevaluated-items-removed",
        "request-body-unevaluated-properties-removed",
        "request-property-unevaluated-items-added",
        "request-property-unevaluated-items-removed",
        "request-property-unevaluated-properties-added",
        "request-property-unevaluated-properties-removed",
        "response-body-unevaluated-items-removed",
        "response-body-unevaluated-properties-removed",
        "response-property-unevaluated-items-added",
        "response-property-unevaluated-items-removed",
        "response-property-unevaluated-properties-added",
        "response-property-unevaluated-properties-removed",
    ),
    level=Level.ERROR,
)
