"""A signing key of the catalog is not accepted."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="signing-key-refused",
    title="A signing key of the catalog is not accepted",
    why="A shared, weak or damaged key proves nothing about who signed.",
    area=Area.GATE,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Give each person a key of their own: ed25519, a security key, or RSA of 3072 bits and more.",
    level=Level.WARNING,
)
