"""From facts to metrics: what is in the numerator, what in the denominator, and what is in neither.

Definitions are those of the metric table (docs/metrics.md); each is one function here. A window is half-open and
counts by the time that each definition names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from harness.metrics.facts import CALL_BOUNDS, CloseFact, Facts, InvoiceFact, PaymentFact, Window
from harness.metrics.families import Family, Histogram, Kind, Labels, counter, gauge, histogram, labels_of
from harness.metrics.runs import entity_of, is_counted
from harness.model.monitoring import Alert
from harness.model.reconciliation import ExceptionState, ReconciliationException
from harness.model.runs import Run, RunVerdict

DEADLINE = timedelta(minutes=15)
"""How long an invoice may take into the ledger; a younger one is in neither set."""
LATENCY_BOUNDS = (10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400)
STEP_BOUNDS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600)
RESOLVE_BOUNDS = (60, 300, 900, 1800, 3600, 14400, 28800, 86400, 259200, 604800)


def families(facts: Facts, window: Window, deadline: timedelta = DEADLINE) -> tuple[Family, ...]:
    """Return every metric, counted over a window; stocks are as of its end.

    Args:
        facts: What happened in one environment.
        window: What is counted.
        deadline: Within which an invoice must be posted.
    """
    return (
        *_of_invoices(facts, window, deadline),
        *_of_payments(facts, window),
        *_of_events(facts, window),
        *_of_exceptions(facts, window),
        *_of_calls(facts, window),
        *_of_closes(facts, window),
        _of_workflows(facts, window),
        _of_subscriptions(facts, window),
        *_of_runs(facts, window),
        *_of_alerts(facts, window),
        *_of_changes(facts, window),
        _of_verdicts(facts, window),
    )


def posting_result(invoice: InvoiceFact, deadline: timedelta = DEADLINE) -> str:
    """Return `posted`, `late`, `wrong`, `duplicate` or `missing`: the first that is true, the worst first."""
    if invoice.postings == 0 or invoice.posted_at is None:
        return "missing"
    if invoice.postings > 1:
        return "duplicate"
    if not invoice.right:
        return "wrong"
    return "late" if invoice.posted_at - invoice.finalised_at > deadline else "posted"


def is_due(invoice: InvoiceFact, window: Window, deadline: timedelta = DEADLINE) -> bool:
    """Whether an invoice counts: finalised in the window, and long enough ago to have been posted."""
    until = min(window.until, invoice.looked_at) if invoice.looked_at else window.until
    return window.since <= invoice.finalised_at <= until - deadline


def unapplied(payments: Iterable[PaymentFact], at: datetime) -> list[PaymentFact]:
    """Return the payments that were paid and not applied at a time, the oldest first."""
    waiting = [one for one in payments if one.paid_at <= at and (one.applied_at is None or one.applied_at > at)]
    return sorted(waiting, key=lambda one: one.paid_at)


def _of_invoices(facts: Facts, window: Window, deadline: timedelta) -> tuple[Family, ...]:
    counted: Counter[Labels] = Counter()
    left_out: Counter[Labels] = Counter()
    for one in facts.invoices:
        if not is_due(one, window, deadline):
            continue
        where = {"environment": facts.environment, "entity": one.entity, "source": one.source}
        if one.void or one.zero:
            left_out[labels_of(**where, reason="void" if one.void else "zero")] += 1
        else:
            counted[labels_of(**where, result=posting_result(one, deadline))] += 1
    minutes = int(deadline.total_seconds() // 60)
    return (
        counter(
            "billing_erp.invoice.postings",
            "{posting}",
            f"Finalised invoices at least {minutes} min old, by what became of them; success is result=posted of all.",
            counted,
        ),
        counter("billing_erp.invoice.excluded", "{invoice}", "Void and zero invoices, in neither set.", left_out),
    )


def _of_payments(facts: Facts, window: Window) -> tuple[Family, ...]:
    def labels(one: PaymentFact) -> Labels:
        return labels_of(environment=facts.environment, entity=one.entity, currency=one.currency, source=one.source)

    applied = [
        (labels(one), (one.applied_at - one.paid_at).total_seconds())
        for one in facts.payments
        if one.applied_at is not None and window.has(one.applied_at)
    ]
    oldest: dict[Labels, float] = {}
    waiting: Counter[Labels] = Counter()
    for one in unapplied(facts.payments, window.until):
        waiting[labels(one)] += 1
        oldest.setdefault(labels(one), (window.until - one.paid_at).total_seconds())
    return (
        histogram(
            "billing_erp.payment.application.duration",
            "Applied in the ERP minus paid in billing, by the systems' clocks; payments not applied yet are not in it.",
            LATENCY_BOUNDS,
            applied,
        ),
        gauge("billing_erp.payment.unapplied.age", "s", "Age of the oldest unapplied payment.", oldest.items()),
        gauge("billing_erp.payment.unapplied", "{payment}", "Payments not applied yet.", waiting.items()),
    )


def _of_events(facts: Facts, window: Window) -> tuple[Family, ...]:
    took: list[tuple[Labels, float]] = []
    again: Counter[Labels] = Counter()
    for one in facts.events:
        where = {"environment": facts.environment, "entity": one.entity, "source": one.source}
        is_first = one.deliveries == 1 or one.source == "ledger"  # what a probe replays was an event before
        if is_first and one.effect_at is not None and window.has(one.effect_at):
            took.append((labels_of(**where, event=one.type), (one.effect_at - one.created).total_seconds()))
        if window.has(one.created) and one.deliveries > 1:
            again[labels_of(**where, effect="none")] += one.deliveries - 1 - one.harmful
            again[labels_of(**where, effect="changed")] += one.harmful
    return (
        histogram(
            "billing_erp.event.process.duration",
            "First durable effect minus first emission of an event, retries included.",
            LATENCY_BOUNDS,
            took,
        ),
        counter(
            "billing_erp.event.replays",
            "{replay}",
            "Deliveries of an event already seen; effect=changed altered the ERP and must be 0.",
            again,
        ),
    )


def _of_exceptions(facts: Facts, window: Window) -> tuple[Family, ...]:
    stock: Counter[Labels] = Counter()
    risk: Counter[Labels] = Counter()
    flow: Counter[Labels] = Counter()
    for one in facts.exceptions:
        where = {
            "environment": facts.environment,
            "entity": one.entity,
            "category": one.category,
            "checkpoint": one.checkpoint,
        }
        if _is_open(one, window.until):
            stock[labels_of(**where, source=one.source)] += 1
            risk[labels_of(**where, currency=one.currency, source=one.source)] += abs(one.amount or 0)
        flow[labels_of(**where, change="opened", source=one.source)] += window.has(one.first_seen)
        flow[labels_of(**where, change="closed", source=one.source)] += window.has(one.closed_at)
    compared: Counter[Labels] = Counter()
    for run in facts.comparisons:
        if window.has(run.at) and (run.compared or run.source == "ledger"):
            where = {"environment": facts.environment, "entity": run.entity, "checkpoint": run.checkpoint}
            compared[labels_of(**where, result="matched", source=run.source)] += run.matched
            compared[labels_of(**where, result="differing", source=run.source)] += run.compared - run.matched
    return (
        gauge("billing_erp.reconciliation.exception.open", "{exception}", "Exceptions open now.", stock.items()),
        gauge(
            "billing_erp.reconciliation.exception.amount",
            "{minor_unit}",
            "Sum of absolute differences of open exceptions, minor units of the document's currency.",
            risk.items(),
        ),
        counter("billing_erp.reconciliation.exceptions", "{exception}", "Exceptions opened and closed.", flow),
        counter(
            "billing_erp.reconciliation.comparisons",
            "{comparison}",
            "Pairs compared; no exceptions of no comparisons is blind, not green.",
            compared,
        ),
    )


def _is_open(one: ReconciliationException, at: datetime) -> bool:
    """Whether an exception waited for somebody at a time; an accepted one does not."""
    is_there = one.first_seen < at and (one.closed_at is None or one.closed_at >= at)
    return is_there and one.state is not ExceptionState.ACCEPTED


def _of_calls(facts: Facts, window: Window) -> tuple[Family, ...]:
    counts: Counter[Labels] = Counter()
    timed: dict[Labels, tuple[list[int], float]] = {}
    for one in facts.calls:
        if not window.has(one.at):
            continue
        result = "ok" if not one.error else "refused" if _is_refusal(one.error) else "failed"
        where = {"environment": facts.environment, "system": one.system, "source": one.source}
        counts[labels_of(**where, result=result, error_type=one.error)] += one.count
        if len(one.buckets) == len(CALL_BOUNDS) + 1:
            key = labels_of(**where, error_type=one.error)
            buckets, seconds = timed.get(key, ([0] * len(one.buckets), 0.0))
            timed[key] = [a + b for a, b in zip(buckets, one.buckets, strict=True)], seconds + one.seconds
    return (
        counter(
            "billing_erp.api.calls",
            "{call}",
            "Calls by how they ended; the error rate is result=failed of all, a 4xx (refused) is a contract fault.",
            counts,
        ),
        Family(
            "http.client.request.duration",
            Kind.HISTOGRAM,
            "s",
            "How long calls to the systems took, by error_type; those without one were answered.",
            histograms=tuple(Histogram(key, tuple(one), total) for key, (one, total) in sorted(timed.items())),
            bounds=CALL_BOUNDS,
        ),
    )


def _is_refusal(error: str) -> bool:
    """Whether an error is one of the contract: a 4xx other than 429, which only means too often."""
    return len(error) == 3 and error.startswith("4") and error != "429"


def _of_closes(facts: Facts, window: Window) -> tuple[Family, ...]:
    def labels(one: CloseFact, **more: str) -> Labels:
        return labels_of(environment=facts.environment, entity=one.entity, source=one.source, **more)

    newest = newest_closes(facts, window)
    took = [
        (labels(one), ((one.reconciled_at or window.until) - one.ended_at).total_seconds())
        for one in newest
        if one.compared  # when the others were reconciled nobody knows
    ]
    blocked = [(labels(one, category=one.category), one.blocked_seconds) for one in newest if one.category]
    return (
        gauge("billing_erp.close.duration", "s", "Period end until all is reconciled; the newest period.", took),
        gauge(
            "billing_erp.close.blocked.duration",
            "s",
            "Of it, time in which an integration exception was the last open blocker.",
            blocked,
        ),
    )


def newest_closes(facts: Facts, window: Window) -> list[CloseFact]:
    """Return the newest period of each company that has ended."""
    newest: dict[tuple[str, str], CloseFact] = {}
    for one in sorted(facts.closes, key=lambda close: close.period):
        if one.ended_at < window.until:
            newest[one.source, one.entity] = one
    return list(newest.values())


def _of_workflows(facts: Facts, window: Window) -> Family:
    counts: Counter[Labels] = Counter()
    for one in facts.workflows:
        if window.has(one.settled_at):
            where = {"environment": facts.environment, "entity": one.entity, "source": one.source}
            counts[labels_of(**where, touch="manual" if one.touches else "none")] += 1
    return counter(
        "billing_erp.workflow.completions",
        "{workflow}",
        "Subscription-to-cash chains completed; the manual share is touch=manual of all.",
        counts,
    )


def _of_subscriptions(facts: Facts, window: Window) -> Family:
    counts: Counter[Labels] = Counter()
    for one in facts.subscriptions:
        if window.has(one.compared_at):
            where = {"environment": facts.environment, "entity": one.entity, "source": one.source}
            counts[labels_of(**where, result="right" if one.right else "wrong")] += 1
    return counter(
        "billing_erp.subscription.comparisons",
        "{subscription}",
        "Subscriptions compared over all systems; accuracy is result=right of all.",
        counts,
    )


def _of_runs(facts: Facts, window: Window) -> tuple[Family, ...]:
    counts: Counter[Labels] = Counter()
    steps: list[tuple[Labels, float]] = []
    newest: dict[Labels, datetime] = {}
    for run in facts.runs:
        where = {"environment": facts.environment or run.environment, "probe": run.probe, "source": "probe"}
        over = run.started + timedelta(seconds=run.seconds)
        if run.verdict is not RunVerdict.INCONCLUSIVE and over <= window.until:
            key = labels_of(**where)
            newest[key] = max(newest.get(key, over), over)
        if not window.has(run.started):
            continue
        named = {"entity": entity_of(run), "result": run.verdict.value, "category": run.category}
        counts[labels_of(**where, **named, counted=_counted(run))] += 1
        steps += [
            (labels_of(**where, system=step.system, result=step.verdict.value), step.seconds)
            for step in run.steps
            if step.kind != "advance"
        ]
    ages = [(key, (window.until - at).total_seconds()) for key, at in newest.items()]
    return (
        counter(
            "billing_erp.probe.runs",
            "{run}",
            "Runs by verdict; the failure share is failed of passed and failed, inconclusive counts apart.",
            counts,
        ),
        histogram("billing_erp.probe.step.duration", "How long a step took.", STEP_BOUNDS, steps),
        gauge("billing_erp.probe.last_conclusive.age", "s", "Since a probe last looked and saw.", ages),
    )


def _counted(run: Run) -> str:
    """Return `no` for a run that no budget pays for: in maintenance, a drill, or a canary."""
    return "yes" if is_counted(run) else "no"


def _of_alerts(facts: Facts, window: Window) -> tuple[Family, ...]:
    def labels(one: Alert) -> Labels:
        source = "ledger" if one.system == "ledger" else "probe"
        return labels_of(environment=one.environment, category=one.category, level=one.level, source=source)

    detected = {run.id: run.detected_after for run in facts.runs if run.detected_after is not None}
    opened = [one for one in facts.alerts if window.has(one.opened)]
    detect = [(labels(one), detected[one.run]) for one in opened if one.run in detected]
    own = [(labels(one), (one.owned_at - one.opened).total_seconds()) for one in opened if one.owned_at]
    done = [
        (labels(one), (one.closed_at - one.opened).total_seconds())
        for one in facts.alerts
        if one.closed_at is not None and window.has(one.closed_at)
    ]
    waiting = _ages(facts.alerts, window.until, labels)
    return (
        histogram("billing_erp.alert.detect.duration", "Start of the run until it was sure.", LATENCY_BOUNDS, detect),
        histogram("billing_erp.alert.own.duration", "Opened until somebody took it.", RESOLVE_BOUNDS, own),
        histogram("billing_erp.alert.resolve.duration", "Opened until two passes closed it.", RESOLVE_BOUNDS, done),
        gauge("billing_erp.alert.open.age", "s", "Oldest open alert; open ones are in no duration above.", waiting),
    )


def _ages(alerts: Sequence[Alert], at: datetime, labels: object) -> list[tuple[Labels, float]]:
    oldest: dict[Labels, float] = {}
    for one in alerts:
        if one.opened < at and (one.closed_at is None or one.closed_at >= at):
            key: Labels = labels(one)  # type: ignore[operator]
            oldest[key] = max(oldest.get(key, 0.0), (at - one.opened).total_seconds())
    return list(oldest.items())


def _of_changes(facts: Facts, window: Window) -> tuple[Family, ...]:
    counts: Counter[Labels] = Counter()
    lead: list[tuple[Labels, float]] = []
    back: list[tuple[Labels, float]] = []
    key = labels_of(environment=facts.environment)
    for one in facts.changes:
        if not window.has(one.merged_at):
            continue
        failed = one.failed_at is not None and one.failed_at - one.merged_at <= timedelta(days=7)
        counts[labels_of(environment=facts.environment, result="failed" if failed else "ok")] += 1
        if one.began_at is not None:
            lead.append((key, max((one.merged_at - one.began_at).total_seconds(), 0)))
        if failed and one.failed_at is not None and one.recovered_at is not None:
            back.append((key, (one.recovered_at - one.failed_at).total_seconds()))
    return (
        counter(
            "contract.changes",
            "{change}",
            "Merged contract changes; the failure rate is those followed within 7 d by a failure traced to them,"
            " of all.",
            counts,
        ),
        histogram("vcs.change.time_to_merge", "First commit of a contract change until merged.", RESOLVE_BOUNDS, lead),
        histogram(
            "contract.change.recovery.duration",
            "A failure traced to a change until it was over; those that are not over are not in it.",
            RESOLVE_BOUNDS,
            back,
        ),
    )


def _of_verdicts(facts: Facts, window: Window) -> Family:
    """Count every time the gate judged a commit; a change set that is judged again counts again."""
    counts: Counter[Labels] = Counter()
    for one in facts.verdicts:
        if one.head and window.has(one.at):
            counts[labels_of(result=one.decision.value, profile=one.profile, proof=one.verdict.value)] += 1
    return counter(
        "contract.gate.verdicts", "{verdict}", "Answers of the gate about commits; working trees are left out.", counts
    )
