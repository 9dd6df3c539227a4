"""A protocol binding changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-changed",
    title="A protocol binding changed",
    why="Consumers subscribe to the wrong queue, topic or exchange.",
    area=Area.EVENTS,
    aspect=Aspect.SERIALISATION,
    action=Action.CHANGED,
    reference="AsyncAPI bindings 3.0.0",
    remedy="Keep the old binding beside the new one.",
    received="breaking where it says where messages travel; else a warning.",
    sent="breaking where it says where messages travel; else a warning.",
    level=Level.ERROR,
)
