"""A payload may now match two alternatives of which one was meant."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="oneof-overlap",
    title="A payload may now match two alternatives of which one was meant",
    why="Exact validators refuse what matches two members of oneOf, and readers cannot tell which was meant.",
    area=Area.UNIONS,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.2.1.3 oneOf",
    remedy="Require a field with different constants in every alternative, or use anyOf.",
    received="compatible: the alternatives are a union under the declared model.",
    sent="compatible: the alternatives are a union under the declared model.",
    level=Level.WARNING,
)
