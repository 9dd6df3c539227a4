"""Probes may write in production."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="environment-production-writable",
    title="Probes may write in production",
    why="Synthetic documents take legal numbers and enter tax returns.",
    area=Area.CATALOG,
    aspect=Aspect.TRUST,
    action=Action.FOUND,
    reference="contract-harness design, section 8",
    remedy="Write probes: read-only and deeds: refused.",
)
