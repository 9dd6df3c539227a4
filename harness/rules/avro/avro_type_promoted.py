"""A value has a wider type that readers can promote to."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-type-promoted",
    title="A value has a wider type that readers can promote to",
    why="Old readers cannot read the wider type; a long read as double loses cents above 2^53.",
    area=Area.AVRO,
    aspect=Aspect.TYPE,
    action=Action.WIDENED,
    reference="Avro 1.12.0, Schema Resolution, promotion",
    remedy="Move readers first, then writers.",
    received="backward (new readers, old data): compatible.",
    sent="forward (old readers, new data): breaking, except between string and bytes.",
    level=Level.ERROR,
)
