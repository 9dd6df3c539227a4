"""The alternatives of a value changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="union-changed",
    title="The alternatives of a value changed",
    why="Which alternative a payload is has another answer than before.",
    area=Area.UNIONS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.2.1.2 anyOf, 10.2.1.3 oneOf",
    remedy="Tell alternatives apart by a discriminator, and change one at a time.",
    received="breaking where fewer values match.",
    sent="breaking where more values match.",
    oasdiff=("response-body-wrapped-in-one-of",),
    level=Level.ERROR,
)
