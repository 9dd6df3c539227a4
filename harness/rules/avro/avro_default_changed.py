"""What a reader assumes for a missing field or symbol changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-default-changed",
    title="What a reader assumes for a missing field or symbol changed",
    why="Old data without the field are booked with another value.",
    area=Area.AVRO,
    aspect=Aspect.DEFAULT,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Complex Types, records",
    remedy="Keep the default, and write the field.",
    received="backward (new readers, old data): compatible.",
    sent="forward (old readers, new data): compatible.",
    level=Level.INFO,
)
