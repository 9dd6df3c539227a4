"""An answer no longer carries a header."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="header-removed",
    title="An answer no longer carries a header",
    why="Readers of the header find it missing: paging stops after the first page.",
    area=Area.OPERATIONS,
    aspect=Aspect.EXISTENCE,
    action=Action.REMOVED,
    reference="OpenAPI 3.1.0, 4.8.21 Header Object",
    remedy="Keep sending it until its sunset.",
    sent="breaking; a warning where it was optional.",
    oasdiff=("optional-response-header-removed",),
    level=Level.ERROR,
)
