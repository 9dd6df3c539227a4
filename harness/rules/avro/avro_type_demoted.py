"""A value has a narrower type than it was written with."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-type-demoted",
    title="A value has a narrower type than it was written with",
    why="Old data no longer fit.",
    area=Area.AVRO,
    aspect=Aspect.TYPE,
    action=Action.NARROWED,
    reference="Avro 1.12.0, Schema Resolution, promotion",
    remedy="Keep the wider type.",
    received="backward (new readers, old data): breaking.",
    sent="forward (old readers, new data): compatible.",
    level=Level.ERROR,
)
