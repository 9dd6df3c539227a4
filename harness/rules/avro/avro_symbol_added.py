"""An enum has a further symbol."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-symbol-added",
    title="An enum has a further symbol",
    why="Readers without a default for unknown symbols fail on the first record that has it.",
    area=Area.AVRO,
    aspect=Aspect.VALUES,
    action=Action.ADDED,
    reference="Avro 1.12.0, Schema Resolution, enums",
    remedy="Give the enum a default and roll that out to readers before writing the symbol.",
    received="backward (new readers, old data): compatible.",
    sent="forward (old readers, new data): breaking without a default in the old schema.",
    level=Level.ERROR,
)
