"""A union has a further branch."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-branch-added",
    title="A union has a further branch",
    why="Readers that do not know the branch fail on the first record that has it.",
    area=Area.AVRO,
    aspect=Aspect.STRUCTURE,
    action=Action.ADDED,
    reference="Avro 1.12.0, Schema Resolution, unions",
    remedy="Roll the branch out to every reader before anybody writes it.",
    received="backward (new readers, old data): compatible.",
    sent="forward (old readers, new data): breaking, unless another branch takes it.",
    level=Level.ERROR,
)
