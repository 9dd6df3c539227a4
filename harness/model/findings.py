"""What a check says about one place, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.model.locations import Location
from harness.model.verdicts import Level


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at one place, without comparison of two versions.

    Attributes:
        rule: Id of the rule, such as `sor-two-writers`.
        title: One clause, at most 90 characters.
        level: How loud.
        location: Where.
        detail: Further sentences; "" if the title says all.
        remedy: What to do.
        values: The values the message was made of, for machines; part of the fingerprint.
    """

    rule: str
    title: str
    level: Level
    location: Location
    detail: str = ""
    remedy: str = ""
    values: tuple[str, ...] = field(default=())


def explanation(findings: Iterable[Finding]) -> list[str]:
    """Return the line that names the command which explains the loudest finding, the first of equals; none of none."""
    loudest = min(findings, key=lambda one: one.level.rank, default=None)
    return [f"Next: harness explain {loudest.rule}"] if loudest is not None else []


@dataclass(frozen=True, slots=True, order=True)
class NotChecked:
    """Something a report must say it did not look at.

    Attributes:
        subject: What, such as `crm`.
        reason: Why, such as `has no pact`.
        remedy: Next step or owner; "" if none.
    """

    subject: str
    reason: str
    remedy: str = ""
