"""What a reconciliation leaves behind: exceptions that live from run to run, and how much was compared.

Amounts are integers of minor units with their currency. Imported as `harness.model.reconciliation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.model.json import JSON


class ExceptionState(StrEnum):
    """Whether an exception still needs somebody."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ReconciliationException:
    """One thing that two systems do not agree on.

    Attributes:
        key: Stable over runs: the same disagreement has the same key.
        checkpoint: Which checkpoint found it.
        entity: Legal entity.
        period: Accounting period, such as `2026-11`.
        category: `missing`, `duplicate`, `amount` and so on.
        first_seen: When it was found first.
        last_seen: When it was found last.
        amount: Difference in minor units, None where there is no amount.
        currency: Of the amount, "" without one.
        state: Open, accepted with a reason, closed.
        owner: Who works on it, "" if nobody.
        owned_at: When somebody took it.
        reason: Why it was accepted, or how it was resolved.
        carried_from: Period in which it began, "" if this one.
        closed_at: When it was no longer found, or was closed by hand.
        details: Both sides as the checkpoint saw them.
        environment: Where, "" if nobody said; part of its identity, since two environments may hold one document.
        source: `ledger`, or `probe` for what synthetic documents left; the two are never added.
    """

    key: str
    checkpoint: str
    entity: str
    period: str
    category: str
    first_seen: datetime
    last_seen: datetime
    amount: int | None = None
    currency: str = ""
    state: ExceptionState = ExceptionState.OPEN
    owner: str = ""
    owned_at: datetime | None = None
    reason: str = ""
    carried_from: str = ""
    closed_at: datetime | None = None
    details: JSON = None
    environment: str = ""
    source: str = "ledger"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run of one checkpoint: what was compared. No exceptions with nothing compared is blind, not green.

    Attributes:
        checkpoint: Which checkpoint.
        entity: Legal entity.
        period: Accounting period.
        at: When.
        compared: Pairs and singles looked at.
        matched: Pairs that agreed.
        opened: Exceptions that are new.
        closed: Exceptions that are gone.
        open: Exceptions open after it.
        totals: Control totals of both sides.
        environment: Where, "" if nobody said.
        source: `ledger` or `probe`.
        id: Row of the store, 0 before it is stored.
    """

    checkpoint: str
    entity: str
    period: str
    at: datetime
    compared: int
    matched: int
    opened: int = 0
    closed: int = 0
    open: int = 0
    totals: JSON = None
    environment: str = ""
    source: str = "ledger"
    id: int = 0
