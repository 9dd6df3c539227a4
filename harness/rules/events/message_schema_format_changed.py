"""A payload is described in another schema language."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="message-schema-format-changed",
    title="A payload is described in another schema language",
    why="What the two descriptions have in common cannot be proved.",
    area=Area.EVENTS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="AsyncAPI 3.0.0, Multi Format Schema Object",
    remedy="Keep the language, or publish a new message.",
    received="unproven, unless both describe the same language.",
    sent="unproven, unless both describe the same language.",
    level=Level.ERROR,
)
