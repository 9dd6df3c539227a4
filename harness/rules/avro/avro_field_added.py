"""A record has a further field."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-field-added",
    title="A record has a further field",
    why="Without a default, no reader of the new version can read old data: the topic cannot be replayed.",
    area=Area.AVRO,
    aspect=Aspect.EXISTENCE,
    action=Action.ADDED,
    reference="Avro 1.12.0, Schema Resolution, records",
    remedy="Give the field a default.",
    received="backward (new readers, old data): breaking without a default.",
    sent="forward (old readers, new data): compatible.",
    level=Level.ERROR,
)
