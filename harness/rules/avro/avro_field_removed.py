"""A record no longer has a field."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-field-removed",
    title="A record no longer has a field",
    why="Readers of the old version cannot read new data, unless their schema has a default.",
    area=Area.AVRO,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="Avro 1.12.0, Schema Resolution, records",
    remedy="Give the field a default first; remove it once every reader has that version.",
    received="backward (new readers, old data): compatible: it is skipped.",
    sent="forward (old readers, new data): breaking without a default in the old schema.",
    level=Level.ERROR,
)
