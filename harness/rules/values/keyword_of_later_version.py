"""A keyword is used that the document's version of OpenAPI does not have."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="keyword-of-later-version",
    title="A keyword is used that the document's version of OpenAPI does not have",
    why="Tools of that version ignore the keyword, so they check less than is meant here.",
    area=Area.VALUES,
    aspect=Aspect.STRUCTURE,
    action=Action.CHANGED,
    reference="OpenAPI 3.0.3, Schema Object",
    remedy="Move the document to OpenAPI 3.1, or spell the keyword as 3.0 does (nullable, enum of one).",
    received="compatible: the keyword is read as meant, and its effect is judged apart.",
    sent="compatible: the keyword is read as meant, and its effect is judged apart.",
    level=Level.WARNING,
)
