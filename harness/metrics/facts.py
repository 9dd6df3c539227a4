"""What metrics are counted from: facts with the clocks of the systems, each from a probe or from a ledger.

A fact of a probe is one synthetic transaction; a fact of a ledger is a real one, told by a reconciliation adapter.
Figures of the two are shown beside each other and never added. Times are aware UTC, amounts integers of minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.model.monitoring import Alert
from harness.model.reconciliation import Comparison, ReconciliationException
from harness.model.runs import Run

Source = Literal["probe", "ledger"]


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """One finalised invoice and what became of it in the ledger.

    Attributes:
        source: Probe or ledger.
        entity: Legal entity that invoices.
        finalised_at: By the billing system's clock.
        postings: How often it is in the ledger.
        posted_at: Of the first posting, by the ledger's clock; None if there is none.
        right: Whether entity and amounts of the posting are those of the invoice.
        void: Voided after all: not counted.
        zero: Of no amount: not counted.
        currency: Of the document, "" if not told.
    """

    source: Source
    entity: str
    finalised_at: datetime
    postings: int
    posted_at: datetime | None = None
    right: bool = True
    void: bool = False
    zero: bool = False
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """One payment; `applied_at` is None while it is not applied. `bound` says that `applied_at` is when we looked."""

    source: Source
    entity: str
    paid_at: datetime
    applied_at: datetime | None = None
    currency: str = ""
    bound: bool = False


@dataclass(frozen=True, slots=True)
class EventFact:
    """One event of a billing system.

    Attributes:
        source: Probe or ledger.
        entity: Legal entity, "" if none.
        type: Such as `invoice.finalised`.
        created: First emission.
        effect_at: First durable effect in the ERP; None if it has none yet.
        deliveries: How often it came.
        harmful: Deliveries after the first that changed the state of the ERP; must be 0.
    """

    source: Source
    entity: str
    type: str
    created: datetime
    effect_at: datetime | None = None
    deliveries: int = 1
    harmful: int = 0


@dataclass(frozen=True, slots=True)
class CallFact:
    """Calls to one system at one time; `error` is "" for answers, else `5xx`, `timeout`, `429` or a 4xx code."""

    source: Source
    system: str
    at: datetime
    count: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowFact:
    """One subscription-to-cash chain that was completed, and how often a person had to touch it."""

    source: Source
    entity: str
    activated_at: datetime
    settled_at: datetime
    touches: int


@dataclass(frozen=True, slots=True)
class SubscriptionFact:
    """One subscription compared over all systems: right if plan, amount, entity, period and state agree everywhere."""

    source: Source
    entity: str
    compared_at: datetime
    right: bool


@dataclass(frozen=True, slots=True)
class CloseFact:
    """One close of one entity's period.

    Attributes:
        source: Probe or ledger.
        entity: Legal entity.
        period: Such as `2027-01`.
        ended_at: End of the period.
        reconciled_at: All reconciled and no open exception over the threshold; None while it is not.
        blocked_seconds: Critical-path time in which an integration exception was the last open blocker.
        category: Name of that exception, "" if nothing blocked.
    """

    source: Source
    entity: str
    period: str
    ended_at: datetime
    reconciled_at: datetime | None = None
    blocked_seconds: float = 0
    category: str = ""


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """One merged contract change, and whether a failure within seven days was traced to it."""

    merged_at: datetime
    failed_at: datetime | None = None
    recovered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that figures of one environment are counted from."""

    environment: str = ""
    invoices: tuple[InvoiceFact, ...] = ()
    payments: tuple[PaymentFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    calls: tuple[CallFact, ...] = ()
    workflows: tuple[WorkflowFact, ...] = ()
    subscriptions: tuple[SubscriptionFact, ...] = ()
    closes: tuple[CloseFact, ...] = ()
    changes: tuple[ChangeFact, ...] = ()
    runs: tuple[Run, ...] = ()
    alerts: tuple[Alert, ...] = ()
    exceptions: tuple[ReconciliationException, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open span of time that is counted: [since, until)."""

    since: datetime
    until: datetime

    def has(self, at: datetime | None) -> bool:
        """Whether a time lies in it."""
        return at is not None and self.since <= at < self.until
