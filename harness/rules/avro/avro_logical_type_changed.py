"""The same bytes mean something else."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-logical-type-changed",
    title="The same bytes mean something else",
    why="Milliseconds read as microseconds are a day in January 1970.",
    area=Area.AVRO,
    aspect=Aspect.TYPE,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Logical Types",
    remedy="Add a new field with the other logical type.",
    received="backward (new readers, old data): compatible by the specification, level warning.",
    sent="forward (old readers, new data): compatible by the specification, level warning.",
    level=Level.WARNING,
)
