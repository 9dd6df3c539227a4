"""No value at all can satisfy the schema."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="schema-empty",
    title="No value at all can satisfy the schema",
    why="Nobody can send or receive anything here: every request is refused.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 4.2.1 instances",
    remedy="Remove the contradiction.",
    received="breaking unless the old schema was empty, too.",
    sent="compatible: nothing is sent any more.",
    level=Level.ERROR,
)
