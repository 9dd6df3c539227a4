"""An environment is promoted from itself."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="environment-promotion-cycle",
    title="An environment is promoted from itself",
    why="No version could ever be the first, so the rule would be switched off to get anything out.",
    area=Area.CATALOG,
    aspect=Aspect.REFERENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 5",
    remedy="Let one environment be the first.",
)
