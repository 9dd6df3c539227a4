"""An enum no longer has a symbol."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-symbol-removed",
    title="An enum no longer has a symbol",
    why="Old data that hold it cannot be read.",
    area=Area.AVRO,
    aspect=Aspect.VALUES,
    action=Action.REMOVED,
    reference="Avro 1.12.0, Schema Resolution, enums",
    remedy="Keep the symbol, or give the enum a default for old data.",
    received="backward (new readers, old data): breaking without a default in the new schema.",
    sent="forward (old readers, new data): compatible.",
    level=Level.ERROR,
)
