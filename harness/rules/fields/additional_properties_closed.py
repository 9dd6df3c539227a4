"""An object no longer takes fields that it does not declare."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="additional-properties-closed",
    title="An object no longer takes fields that it does not declare",
    why="Callers that send more than is declared are refused, though nothing they send has changed.",
    area=Area.FIELDS,
    aspect=Aspect.STRUCTURE,
    action=Action.NARROWED,
    reference="JSON Schema 2020-12 Core, 10.3.2.3 additionalProperties",
    remedy="Leave the object open and ignore what is unknown.",
    received="compatible for callers that send declared fields only; breaking under the open model.",
    sent="compatible.",
    level=Level.ERROR,
)
