"""What stands open now, for a terminal: in words, real and synthetic told apart, money as money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.metrics.families import Family, Kind, Sample, number_text
from harness.metrics.figures import event_latency, response_times, spoken
from harness.report.amounts import money
from harness.report.printable import printable
from harness.report.words import columns

SOURCES = {"probe": "synthetic", "ledger": "real"}
_AMOUNT = "billing_erp.reconciliation.exception.amount"
_AGES = "billing_erp.probe.last_conclusive.age"
_TITLES = {
    "billing_erp.payment.unapplied": "Payments not applied yet",
    "billing_erp.payment.unapplied.age": "Oldest of them",
    "billing_erp.reconciliation.exception.open": "Exceptions open",
    _AMOUNT: "Amount at risk",
    "billing_erp.close.duration": "Close of the last month, until reconciled or now",
    "billing_erp.close.blocked.duration": "Of it, held up last by",
    "billing_erp.alert.open.age": "Oldest open alert",
}
_UNSAID = frozenset({"environment", "source", "entity", "currency"})


def now_lines(families: Sequence[Family]) -> list[str]:
    """Return what stands open now; of probes only how long ago they looked, and which did last."""
    rows = [
        _row(family, sample)
        for family in families
        if family.kind is Kind.GAUGE and family.name != _AGES
        for sample in family.samples
    ]
    return [*columns(rows), *_looked(families)] if rows else _looked(families)


def time_lines(families: Sequence[Family]) -> list[str]:
    """Return how long events took to have an effect, and alerts to be detected, owned and resolved."""
    events = [
        (f"  {printable(event)}", SOURCES.get(source, source), f"{spoken(mean)} on average", f"{counted:,} timed")
        for event, source, counted, mean in event_latency(families)
    ]
    alerts = [
        (f"  {printable(category) or '-'}", *(_average(verb, *one) for verb, one in zip(_VERBS, times, strict=True)))
        for category, times in response_times(families)
    ]
    lines = ["", "Events until they took effect in the ERP", *columns(events)] if events else []
    return [*lines, "", "Alerts, on average, by category", *columns(alerts)] if alerts else lines


_VERBS = ("sure", "owned", "over")


def _average(verb: str, counted: int, mean: float) -> str:
    return f"{verb} after {spoken(mean)} ({counted})" if counted else f"never {verb}"


def _row(family: Family, sample: Sample) -> tuple[str, str, str, str, str]:
    labels = dict(sample.labels)
    title = _TITLES.get(family.name, family.name)
    more = ", ".join(f"{key} {value}" for key, value in sample.labels if key not in _UNSAID and value)
    if family.name == _AMOUNT:
        value = money(int(sample.value), labels.get("currency", ""))
    else:
        value = spoken(sample.value) if family.unit == "s" else number_text(sample.value)
    return (
        f"  {title}",
        SOURCES.get(labels.get("source", ""), ""),
        printable(labels.get("entity", "")),
        value,
        printable(more),
    )


def _looked(families: Iterable[Family]) -> list[str]:
    ages = [
        (sample.value, dict(sample.labels)["probe"]) for one in families if one.name == _AGES for sample in one.samples
    ]
    if not ages:
        return []
    oldest, probe = max(ages)
    newest = min(ages)[0]
    said = f"between {spoken(newest)} and {spoken(oldest)} ago" if len(ages) > 1 else f"{spoken(oldest)} ago"
    return [f"  {len(ages)} probes last looked and saw {said}; longest ago {printable(probe)}"]
