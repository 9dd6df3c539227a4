"""One day of facts with every result in it; the golden exposition is of these."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.metrics.facts import (
    CallFact,
    ChangeFact,
    CloseFact,
    EventFact,
    Facts,
    InvoiceFact,
    PaymentFact,
    SubscriptionFact,
    Window,
    WorkflowFact,
)
from harness.model.monitoring import Alert, AlertState
from harness.model.reconciliation import Comparison, ExceptionState, ReconciliationException
from harness.model.runs import Run, RunVerdict, Step

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
DAY = Window(NOON - timedelta(days=1), NOON)


def ago(**length):
    return NOON - timedelta(**length)


def _invoice(source="ledger", postings=1, after=5, entity="DE-01", **more):
    at = more.pop("at", ago(hours=3))
    return InvoiceFact(source, entity, at, postings, at + timedelta(minutes=after) if postings else None, **more)


def run_of(verdict="passed", at=None, probe="invoice-posting", steps=(), **more):
    at = at or ago(hours=2)
    return Run(f"syn-{probe}-{at:%H%M}", probe, "sandbox", "slot", RunVerdict(verdict), at, 12.5, steps=steps, **more)


def step_of(operation, system="erp", verdict="passed", category="", seconds=2.5, kind="look", **more):
    title, began = "Seen", more.pop("at", ago(hours=2))
    return Step(title, kind, system, operation, RunVerdict(verdict), began, seconds, category, 900, **more)


FACTS = Facts(
    environment="sandbox",
    invoices=(
        *[_invoice() for _ in range(95)],
        _invoice(after=16),
        _invoice(postings=2),
        _invoice(postings=0),
        _invoice(right=False),
        _invoice(void=True),
        _invoice(zero=True),
        _invoice(postings=0, at=ago(minutes=4)),  # too young to be missing
        _invoice(at=ago(days=2)),
        _invoice("probe"),
        _invoice(entity="US-01"),
    ),
    payments=(
        PaymentFact("ledger", "DE-01", ago(hours=5), ago(hours=5) + timedelta(seconds=45), "EUR"),
        PaymentFact("ledger", "DE-01", ago(hours=4), ago(hours=2), "EUR"),
        PaymentFact("ledger", "DE-01", ago(hours=9), None, "EUR"),
        PaymentFact("probe", "DE-01", ago(hours=2), ago(hours=2) + timedelta(seconds=3), "EUR", bound=True),
    ),
    events=(
        EventFact("ledger", "DE-01", "invoice.finalised", ago(hours=2), ago(hours=2) + timedelta(seconds=20)),
        EventFact("ledger", "DE-01", "invoice.finalised", ago(hours=2), None),
        EventFact("ledger", "DE-01", "invoice.paid", ago(hours=1), ago(hours=1), deliveries=4, harmful=1),
    ),
    calls=(
        CallFact("probe", "erp", ago(hours=1), 97),
        CallFact("probe", "erp", ago(hours=1), 2, "5xx"),
        CallFact("probe", "erp", ago(hours=1), 1, "422"),
        CallFact("probe", "erp", ago(hours=1), 1, "429"),
        CallFact("ledger", "billing", ago(hours=1), 3, "", (1, 0, 2, *[0] * 12), 0.043),
        CallFact("ledger", "billing", ago(minutes=9), 1, "", (1, *[0] * 14), 0.002),
        CallFact("ledger", "billing", ago(hours=1), 1, "timeout", (*[0] * 14, 1), 10.5),
    ),
    workflows=(
        WorkflowFact("ledger", "DE-01", ago(days=20), ago(hours=2), 0),
        WorkflowFact("ledger", "DE-01", ago(days=20), ago(hours=2), 3),
    ),
    subscriptions=(
        SubscriptionFact("ledger", "DE-01", ago(hours=2), right=True),
        SubscriptionFact("ledger", "DE-01", ago(hours=2), right=False),
    ),
    closes=(
        CloseFact("ledger", "DE-01", "2026-12", ago(days=14, hours=12), ago(days=9), 7200.0, "missing"),
        CloseFact("ledger", "DE-01", "2026-11", ago(days=45), ago(days=40)),
    ),
    changes=(
        ChangeFact(ago(hours=5), ago(hours=4), ago(hours=1), began_at=ago(hours=29)),
        ChangeFact(ago(hours=6)),
    ),
    runs=(
        run_of(steps=(step_of("posting_of", at=ago(hours=2)),), entity="DE-01"),
        run_of("failed", ago(hours=3), category="tax", entity="DE-01", detected_after=42.0),
        run_of("inconclusive", ago(hours=1), category="unreachable"),
        run_of("failed", ago(hours=4), category="tax", maintenance="w1", entity="DE-01"),
    ),
    alerts=(
        Alert(
            "sandbox/DE-01/erp/tax",
            "sandbox",
            "DE-01",
            "erp",
            "tax",
            ago(hours=3),
            ago(hours=3),
            "page",
            AlertState.CLOSED,
            owned_at=ago(minutes=170),
            closed_at=ago(hours=2),
            run="syn-invoice-posting-0900",
        ),
        Alert("k", "sandbox", "", "sync", "unreachable", ago(hours=1), ago(hours=1), "owner"),
    ),
    exceptions=(
        ReconciliationException("a", "C1", "DE-01", "2027-01", "missing", ago(hours=5), ago(hours=1), -119000, "EUR"),
        ReconciliationException(
            "b",
            "C1",
            "DE-01",
            "2027-01",
            "amount",
            ago(days=3),
            ago(hours=9),
            1,
            "EUR",
            ExceptionState.CLOSED,
            closed_at=ago(hours=8),
        ),
        ReconciliationException(
            "c", "C1", "DE-01", "2027-01", "amount", ago(days=3), ago(hours=9), 7, "EUR", ExceptionState.ACCEPTED
        ),
    ),
    comparisons=(Comparison("C1", "DE-01", "2027-01", ago(hours=1), 100, 98),),
)
