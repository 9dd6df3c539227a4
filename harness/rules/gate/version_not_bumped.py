"""A contract kept in place changes and keeps its version."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="version-not-bumped",
    title="A contract kept in place changes and keeps its version",
    why="Two different promises carry one number, so nobody can say which one runs where.",
    area=Area.GATE,
    aspect=Aspect.LIFECYCLE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Raise the version in the document with the change.",
    level=Level.WARNING,
)
