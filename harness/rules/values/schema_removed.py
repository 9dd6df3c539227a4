"""A value that had a schema is unrestricted."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="schema-removed",
    title="A value that had a schema is unrestricted",
    why="Readers may meet anything.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.WIDENED,
    reference="JSON Schema 2020-12 Core, 4.3.1 JSON Schema objects and booleans",
    remedy="Keep the schema for what is sent.",
    received="compatible: the provider takes more.",
    sent="breaking: readers may meet values they do not know.",
    oasdiff=("request-body-media-type-schema-removed", "response-body-media-type-schema-removed"),
    level=Level.ERROR,
)
