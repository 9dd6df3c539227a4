"""What an array must contain changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="contains-changed",
    title="What an array must contain changed",
    why="Requests without the wanted item are refused, or readers miss the item they were promised.",
    area=Area.VALUES,
    aspect=Aspect.CONSTRAINT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.1.3 contains",
    remedy="Keep the old demand.",
    received="breaking where more is demanded.",
    sent="breaking where less is demanded.",
    oasdiff=(
        "request-body-contains-removed",
        "request-body-max-contains-decreased",
        "request-body-max-contains-increased",
        "request-body-min-contains-decreased",
        "request-body-min-contains-increased",
        "request-property-max-contains-increased",
        "request-property-min-contains-increased",
        "response-body-contains-removed",
        "response-body-max-contains-decreased",
        "response-body-max-contains-increased",
        "response-body-min-contains-decreased",
        "response-body-min-contains-increased",
        "response-property-max-contains-increased",
        "response-property-min-contains-increased",
    ),
    level=Level.ERROR,
)
