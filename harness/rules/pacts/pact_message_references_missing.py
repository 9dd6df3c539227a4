"""A message of a pact does not say which operation it belongs to."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pact-message-references-missing",
    title="A message of a pact does not say which operation it belongs to",
    why="It cannot be held against any schema, so it protects nobody.",
    area=Area.PACTS,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="PactFlow openapi-pact-comparator 2.3.1, code message.references.missing",
    remedy="Add the reference AsyncAPI operationId to the interaction.",
    level=Level.ERROR,
)
