"""A named type moved to another namespace."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-namespace-changed",
    title="A named type moved to another namespace",
    why="Resolution compares unqualified names; generated classes get another package.",
    area=Area.AVRO,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Schema Resolution, names",
    remedy="Keep the namespace, or tell those who generate code.",
    received="backward (new readers, old data): compatible.",
    sent="forward (old readers, new data): compatible.",
    level=Level.INFO,
)
