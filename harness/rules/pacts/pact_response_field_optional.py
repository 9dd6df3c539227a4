"""A consumer reads a field that the provider may leave out."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-response-field-optional",
    title="A consumer reads a field that the provider may leave out",
    why="The example always holds the field, production does not: an invoice without it stops the consumer.",
    area=Area.PACTS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.FOUND,
    reference="contract-harness design, section 6; finding code response.field.optional",
    remedy="Handle its absence in the consumer, or make the field required.",
    level=Level.WARNING,
)
