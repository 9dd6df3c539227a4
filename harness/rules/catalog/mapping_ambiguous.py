"""Two mapping rows answer for one key on one day."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-ambiguous",
    title="Two mapping rows answer for one key on one day",
    why="The same invoice may be posted to either account, depending on which row is found first.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="End the older row on the day the newer one begins.",
)
