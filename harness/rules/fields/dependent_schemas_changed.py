"""What the presence of a field demands of the rest changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="dependent-schemas-changed",
    title="What the presence of a field demands of the rest changed",
    why="Requests with that field are refused for reasons their senders do not know.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.2.2.4 dependentSchemas",
    remedy="Keep the old demand, or ask for more under a new field.",
    received="breaking where more is demanded.",
    sent="breaking where less is demanded.",
    oasdiff=("request-body-dependent-schema-added", "response-body-dependent-schema-added"),
    level=Level.ERROR,
)
