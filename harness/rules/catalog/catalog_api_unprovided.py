"""No component provides an API."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="catalog-api-unprovided",
    title="No component provides an API",
    why="Nobody can be asked when it breaks.",
    area=Area.CATALOG,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="Backstage catalog-model 1.10.1, providesApi",
    remedy="Add it to providesApis of the component that answers.",
    level=Level.WARNING,
)
