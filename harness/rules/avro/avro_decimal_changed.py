"""A decimal has another precision or scale."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-decimal-changed",
    title="A decimal has another precision or scale",
    why="The same bytes are another amount: 228.00 at scale 2 is 2.28 at scale 4.",
    area=Area.AVRO,
    aspect=Aspect.TYPE,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Logical Types, decimal",
    remedy="Add a new field with the other precision or scale; keep this one.",
    received="backward (new readers, old data): breaking.",
    sent="forward (old readers, new data): breaking.",
    level=Level.ERROR,
)
