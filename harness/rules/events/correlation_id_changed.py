"""The place of the correlation id changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="correlation-id-changed",
    title="The place of the correlation id changed",
    why="Answers can no longer be matched to what they answer.",
    area=Area.EVENTS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="AsyncAPI 3.0.0, Correlation ID Object, location",
    remedy="Carry the id in both places.",
    received="breaking.",
    sent="breaking.",
    level=Level.ERROR,
)
