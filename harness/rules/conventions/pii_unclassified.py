"""A field that tells who somebody is has no classification."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="pii-unclassified",
    title="A field that tells who somebody is has no classification",
    why="It ends up in logs and extracts where it must not be.",
    area=Area.CONVENTIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="GDPR, articles 4 (1) and 30; contract-harness design, x-classification",
    remedy="Say x-classification: pii on it or on its object.",
    level=Level.WARNING,
)
