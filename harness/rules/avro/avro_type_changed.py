"""A value has a type that neither side can read as its own."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-type-changed",
    title="A value has a type that neither side can read as its own",
    why="Readers fail on the first record.",
    area=Area.AVRO,
    aspect=Aspect.TYPE,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Schema Resolution",
    remedy="Add a new field of the other type with a default; keep this one until every reader has moved.",
    received="backward (new readers, old data): breaking.",
    sent="forward (old readers, new data): breaking.",
    level=Level.ERROR,
)
