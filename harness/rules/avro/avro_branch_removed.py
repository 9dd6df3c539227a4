"""A union no longer has a branch."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-branch-removed",
    title="A union no longer has a branch",
    why="Old data written with it cannot be read.",
    area=Area.AVRO,
    aspect=Aspect.STRUCTURE,
    action=Action.REMOVED,
    reference="Avro 1.12.0, Schema Resolution, unions",
    remedy="Keep the branch as long as data written with it are read.",
    received="backward (new readers, old data): breaking, unless another branch takes it.",
    sent="forward (old readers, new data): compatible.",
    level=Level.ERROR,
)
