"""Tags changed."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="tags-changed",
    title="Tags changed",
    why="Generated clients may group an operation under another class.",
    area=Area.DOCUMENTS,
    aspect=Aspect.TEXT,
    action=Action.CHANGED,
    reference="OpenAPI 3.1.0, 4.8.10 Operation Object, tags",
    remedy="Nothing to do; tell those who generate code.",
    received="compatible.",
    sent="compatible.",
    oasdiff=("api-tag-added", "api-tag-removed"),
    level=Level.INFO,
)
