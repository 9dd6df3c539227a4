"""The base has no harness.yaml to trust."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="no-trusted-base",
    title="The base has no harness.yaml to trust",
    why="With no configuration, policy or people on the base, nothing could hold the branch to anything.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Let the owner of the repository merge harness.yaml; from then on the gate decides.",
    level=Level.WARNING,
)
