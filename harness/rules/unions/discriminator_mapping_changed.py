"""The value that names an alternative changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="discriminator-mapping-changed",
    title="The value that names an alternative changed",
    why="Old values name nothing any more, new values name nothing yet.",
    area=Area.UNIONS,
    aspect=Aspect.VALUES,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.25 Discriminator Object",
    remedy="Keep the old value in the mapping beside the new one.",
    received="breaking where a value went away.",
    sent="as a value added to a list.",
    oasdiff=(
        "request-body-discriminator-mapping-added",
        "request-body-discriminator-mapping-deleted",
        "request-property-discriminator-mapping-added",
        "request-property-discriminator-mapping-changed",
        "request-property-discriminator-mapping-deleted",
        "response-body-discriminator-mapping-added",
        "response-body-discriminator-mapping-deleted",
        "response-property-discriminator-mapping-added",
        "response-property-discriminator-mapping-changed",
        "response-property-discriminator-mapping-deleted",
    ),
    level=Level.ERROR,
)
