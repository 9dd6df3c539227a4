"""A signing key is of a type that may not sign, or is no key."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="person-key-type",
    title="A signing key is of a type that may not sign, or is no key",
    why="A sign-off with it cannot be verified, or could be forged.",
    area=Area.CATALOG,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Use an ed25519 or ECDSA P-256 key, best on a security key.",
)
