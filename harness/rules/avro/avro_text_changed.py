"""Documentation or custom attributes changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-text-changed",
    title="Documentation or custom attributes changed",
    why="Nothing breaks; whoever reads the documentation reads something else.",
    area=Area.AVRO,
    aspect=Aspect.TEXT,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Complex Types, doc",
    remedy="Nothing to do.",
    received="backward (new readers, old data): compatible.",
    sent="forward (old readers, new data): compatible.",
    level=Level.INFO,
)
