"""A contract is no longer watched."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="contract-left-watched-set",
    title="A contract that the base watches is watched no longer",
    why="Nobody would see it break from now on, and a branch could hide a breaking change this way.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Keep the contract under the globs of harness.yaml, or retire it with a sign-off of its owner.",
)
