"""Spectral found something, given as evidence."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="spectral-finding",
    title="Spectral found something, given as evidence",
    why="Another linter's rule is broken; it stands here so that one list is read.",
    area=Area.CONVENTIONS,
    aspect=Aspect.TEXT,
    action=Action.FOUND,
    reference="Spectral, JSON output",
    remedy="Mend it as Spectral says, or change its ruleset.",
    level=Level.WARNING,
)
