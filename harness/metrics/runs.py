"""Facts that runs of probes hold: what was posted, applied, delivered and called for synthetic transactions."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from harness.metrics.facts import CallFact, EventFact, Facts, InvoiceFact, PaymentFact, SubscriptionFact
from harness.model import JSON
from harness.model.runs import Run, RunVerdict, Step

UNCOUNTED = frozenset({"drill", "canary"})
"""Origins of runs that are wrong on purpose: they spend no budget."""
_REPLAYS = ("redeliver", "replay")
_WRITERS = ("erp", "entitlements", "analytics")


def facts_of_runs(runs: Sequence[Run], environment: str = "", measured: Container[str] = ()) -> Facts:
    """Return the facts of runs; a run in maintenance or in a drill counts in none of them, but for itself.

    Args:
        runs: What was played.
        environment: Where.
        measured: Ids of runs whose calls were counted as they were made, and are not counted from their steps.
    """
    counted = [run for run in runs if is_counted(run)]
    return Facts(
        environment=environment,
        invoices=tuple(fact for run in counted for fact in _invoices(run)),
        payments=tuple(fact for run in counted for fact in _payments(run)),
        events=tuple(fact for run in counted for fact in _events(run)),
        calls=tuple(fact for run in counted if run.id not in measured for fact in _calls(run)),
        subscriptions=tuple(fact for run in counted for fact in _subscriptions(run)),
        runs=tuple(runs),
    )


def is_counted(run: Run) -> bool:
    """Whether a run spends budgets: not in maintenance, and not wrong on purpose."""
    return not run.maintenance and run.origin not in UNCOUNTED


def entity_of(run: Run) -> str:
    """Return the legal entity of a run: its own, or the first that a step asked for or was shown."""
    if run.entity:
        return run.entity
    told = (found for step in run.steps for found in (step.request, step.evidence))
    return next((name for one in told if (name := _text(one, "entity") or _text(one, "legal_entity"))), "")


def _invoices(run: Run) -> Iterator[InvoiceFact]:
    """Yield one fact per invoice looked for in the ledger; every look at it is one sight of the same invoice."""
    sights: dict[str, list[Step]] = {}
    for step in run.steps:
        if step.operation == "posting_of" and step.verdict is not RunVerdict.INCONCLUSIVE:
            sights.setdefault(_text(step.request, "invoice"), []).append(step)
    for steps in sights.values():
        first, last = steps[0], steps[-1]
        category = last.category
        absent = category == "missing"
        posted = _time(first.evidence, "posted_at") or _end(first)
        if category == "late":  # it came after its deadline, or it would be missing
            posted = first.started + timedelta(seconds=first.within + 1)
        yield InvoiceFact(
            "probe",
            entity_of(run),
            _time(first.evidence, "finalised_at") or first.started,
            postings=0 if absent else 2 if category == "duplicate" else 1,
            posted_at=None if absent else posted,
            right=category in {"", "late", "missing", "duplicate"},
            currency=_text(first.evidence, "currency"),
        )


def _payments(run: Run) -> Iterator[PaymentFact]:
    for step in run.steps:
        if step.operation == "application_of" and step.verdict is not RunVerdict.INCONCLUSIVE:
            paid, applied = _time(step.evidence, "paid_at"), _time(step.evidence, "applied_at")
            done = step.category not in {"missing", "unapplied"}
            known = paid is not None and applied is not None
            yield PaymentFact(
                "probe",
                entity_of(run),
                paid or step.started,
                (applied if known else _end(step)) if done else None,
                _text(step.evidence, "currency"),
                bound=not known,
            )


def _events(run: Run) -> Iterator[EventFact]:
    """Yield the deeds in billing with the first look at another system after them, and deliveries made again."""
    deed: Step | None = None
    harmed = run.category == "duplicate"
    for step in run.steps:
        if step.system == "billing" and step.kind == "deed":
            deed = step
        elif deed is not None and step.system in _WRITERS and step.kind != "deed":
            if step.verdict is not RunVerdict.INCONCLUSIVE:
                effect = _end(step) if step.category not in {"missing", "late"} else None
                yield EventFact("probe", entity_of(run), deed.operation, deed.started, effect)
            deed = None
        elif step.operation in _REPLAYS:
            kind = _text(step.request, "kind") or "event"
            yield EventFact("probe", entity_of(run), kind, step.started, _end(step), 2, int(harmed))


def _calls(run: Run) -> Iterator[CallFact]:
    for step in run.steps:
        if not step.system or step.system == "clock":
            continue
        made = max(step.look_count, len(step.looks), 1) + (step.retries if step.kind == "deed" else 0)
        lost = min(step.retries, made)
        yield CallFact("probe", step.system, step.started, made - lost)
        if lost:
            yield CallFact("probe", step.system, step.started, lost, "unreachable")


def _subscriptions(run: Run) -> Iterator[SubscriptionFact]:
    """Yield whether the subscription of a run was right everywhere; a run that could not look compares nothing."""
    has_one = any(step.operation in {"subscribe", "subscription_of"} for step in run.steps)
    if has_one and run.verdict is not RunVerdict.INCONCLUSIVE:
        yield SubscriptionFact("probe", entity_of(run), run.started, run.verdict is RunVerdict.PASSED)


def _end(step: Step) -> datetime:
    return step.started + timedelta(seconds=step.seconds)


def _text(found: JSON, name: str) -> str:
    value: Any = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def _time(found: JSON, name: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(found, name))
    except ValueError:
        return None
    return at if at.tzinfo else None
