"""A record, enum or fixed has another name."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-name-changed",
    title="A record, enum or fixed has another name",
    why="Readers refuse data of a type they do not know by name.",
    area=Area.AVRO,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Schema Resolution, names",
    remedy="Keep the old full name among the aliases.",
    received="backward (new readers, old data): compatible with an alias in the new schema.",
    sent="forward (old readers, new data): compatible with an alias in the old schema.",
    level=Level.ERROR,
)
