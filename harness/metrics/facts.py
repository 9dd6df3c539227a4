"""What metrics are counted from: facts with the clocks of the systems, each from a probe or from a ledger.

A fact of a probe is one synthetic transaction; a fact of a ledger is a real one, told by a reconciliation adapter.
Figures of the two are shown beside each other and never added. Times are aware UTC, amounts integers of minor units.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.model.gating import GateVerdict
from harness.model.monitoring import Alert
from harness.model.reconciliation import Comparison, ReconciliationException
from harness.model.runs import Run

Source = Literal["probe", "ledger"]
CALL_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Buckets of calls in seconds, as OpenTelemetry advises for `http.client.request.duration`."""


def bucket_of(seconds: float) -> int:
    """Return the place of a duration among CALL_BOUNDS; their number for what took longer than the last."""
    return bisect_left(CALL_BOUNDS, seconds)


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
        looked_at: When the books were looked at last, None for as late as anybody asks: what was not looked at when
            it was due is neither posted nor missing.
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
    looked_at: datetime | None = None


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
    """Calls to one system at one time.

    Attributes:
        source: Probe or ledger.
        system: Which one.
        at: When.
        count: How many.
        error: "" for answers, else `error.type`: a status such as `503`, `timeout`, `connection`, or `4xx`.
        buckets: How many took up to each of CALL_BOUNDS seconds, and longer; empty where nobody took the time.
        seconds: How long all of them took.
    """

    source: Source
    system: str
    at: datetime
    count: int
    error: str = ""
    buckets: tuple[int, ...] = ()
    seconds: float = 0.0


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
        compared: Whether anything of the period was compared after its end: if not, when it was reconciled is not
            known, however early it was closed.
        closed_at: When the ERP closed the period; None while it is open, or if nobody says.
    """

    source: Source
    entity: str
    period: str
    ended_at: datetime
    reconciled_at: datetime | None = None
    blocked_seconds: float = 0
    category: str = ""
    compared: bool = True
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """One merged contract change, and whether a failure within seven days was traced to it.

    Attributes:
        merged_at: When it came onto the default branch.
        failed_at: When a failure that was traced to it was sure; None if none was.
        recovered_at: When that worked again; None while it does not.
        began_at: When its first commit was written; None if nobody knows.
        commit: Which commit brought it, "" if nobody says.
        contracts: Names of the contracts it changed.
        failed_by: What failed.
    """

    merged_at: datetime
    failed_at: datetime | None = None
    recovered_at: datetime | None = None
    began_at: datetime | None = None
    commit: str = ""
    contracts: tuple[str, ...] = ()
    failed_by: str = ""


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
    verdicts: tuple[GateVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open span of time that is counted: [since, until)."""

    since: datetime
    until: datetime

    def has(self, at: datetime | None) -> bool:
        """Whether a time lies in it."""
        return at is not None and self.since <= at < self.until
