"""A message does not say which version of it a reader meets."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="event-unversioned",
    title="A message does not say which version of it a reader meets",
    why="A reader takes the new form for the old one and books the wrong field.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="CloudEvents 1.0.2, type and dataschema",
    remedy="Put the version into the type, the channel address or a field `dataschema`.",
    level=Level.WARNING,
)
