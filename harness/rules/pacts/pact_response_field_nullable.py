"""A consumer reads a value where the provider may send null."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-field-nullable",
    title="A consumer reads a value where the provider may send null",
    why="The first null in production stops the consumer.",
    area=Area.PACTS,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="contract-harness design, section 6; finding code response.field.nullable",
    remedy="Handle null in the consumer, or forbid it in the schema.",
    level=Level.WARNING,
)
