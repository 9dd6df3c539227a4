"""A consumer's matcher asks for another type than the schema gives."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-matcher-type-mismatch",
    title="A consumer's matcher asks for another type than the schema gives",
    why="The example passes by luck: another value of the schema fails.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="contract-harness design, section 6; finding code matcher.type.mismatch",
    remedy="Use the matcher of the declared type.",
    level=Level.WARNING,
)
