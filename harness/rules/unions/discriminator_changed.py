"""The field that tells alternatives apart changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="discriminator-changed",
    title="The field that tells alternatives apart changed",
    why="Readers look at the wrong field and take a card for a bank account.",
    area=Area.UNIONS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.25 Discriminator Object",
    remedy="Send both fields until every reader has moved.",
    received="breaking where the field has another name; else a warning.",
    sent="breaking where the field has another name; else a warning.",
    level=Level.ERROR,
)
