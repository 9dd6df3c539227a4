"""A person gets a new signing key."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="signing-key-added",
    title="A person gets a new signing key",
    why="Whoever adds a key could sign with it; so a key counts only after its own merge.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Merge the key on its own, signed off by the owner of the repository.",
    level=Level.WARNING,
)
