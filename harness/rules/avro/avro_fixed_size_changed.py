"""A fixed has another number of bytes."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-fixed-size-changed",
    title="A fixed has another number of bytes",
    why="Everything after it is read from the wrong place.",
    area=Area.AVRO,
    aspect=Aspect.TYPE,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Schema Resolution, fixed",
    remedy="Add a new field with another fixed.",
    received="backward (new readers, old data): breaking.",
    sent="forward (old readers, new data): breaking.",
    level=Level.ERROR,
)
