"""Figures for people: each with numerator, denominator, window and source; probes and ledgers never in one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from harness.metrics.counting import unapplied
from harness.metrics.facts import Facts, PaymentFact, Window
from harness.metrics.families import Family, Kind


@dataclass(frozen=True, slots=True)
class Figure:
    """One share.

    Attributes:
        name: Short and stable, for machines.
        title: For people.
        source: `probe` or `ledger`.
        entity: Legal entity; "" for what has none.
        numerator: Counted.
        denominator: Of.
        good: Whether more of it is better.
    """

    name: str
    title: str
    source: str
    entity: str
    numerator: int
    denominator: int
    good: bool = True

    @property
    def share(self) -> Fraction | None:
        """The share, None where nothing was compared: 0 of 0 is no percentage."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of a duration with what is not over yet.

    Attributes:
        name: Short and stable.
        title: For people.
        source: `probe` or `ledger`.
        entity: Legal entity.
        count: Durations that are over.
        waiting: Those that are not.
        percentiles: Percentile -> seconds; None where it lies among those that are not over: only "more than" is known.
        oldest: Age in seconds of the oldest that is not over, None if none is.
        bound: Whether some durations are upper bounds (the time we looked, not a system's clock).
    """

    name: str
    title: str
    source: str
    entity: str
    count: int
    waiting: int
    percentiles: tuple[tuple[int, float | None], ...]
    oldest: float | None
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """How a figure is made of a counter: `part` of all samples, the label `by` deciding."""

    name: str
    title: str
    family: str
    by: str
    part: frozenset[str]
    whole: frozenset[str] = frozenset()
    good: bool = True


SHARES = (
    Share("invoice-posting-success", "Invoices posted once, right, in time", "billing_erp.invoice.postings", "result",
          frozenset({"posted"})),
    Share("subscription-accuracy", "Subscriptions right in every system", "billing_erp.subscription.comparisons",
          "result", frozenset({"right"})),
    Share("reconciliation-match", "Compared pairs that agree", "billing_erp.reconciliation.comparisons", "result",
          frozenset({"matched"})),
    Share("api-error-rate", "Calls that failed", "billing_erp.api.calls", "result", frozenset({"failed"}), good=False),
    Share("api-contract-faults", "Calls refused as wrong (4xx)", "billing_erp.api.calls", "result",
          frozenset({"refused"}), good=False),
    Share("harmful-replays", "Replays that changed the ERP", "billing_erp.event.replays", "effect",
          frozenset({"changed"}), good=False),
    Share("manual-intervention", "Workflows a person had to touch", "billing_erp.workflow.completions", "touch",
          frozenset({"manual"}), good=False),
    Share("probe-success", "Conclusive probe runs that passed", "billing_erp.probe.runs", "result",
          frozenset({"passed"}), frozenset({"passed", "failed"})),
    Share("probe-inconclusive", "Probe runs that could not tell", "billing_erp.probe.runs", "result",
          frozenset({"inconclusive"}), good=False),
    Share("change-failure-rate", "Contract changes followed by a failure traced to them", "contract.changes", "result",
          frozenset({"failed"}), good=False),
)  # fmt: skip


def figures(families: Iterable[Family]) -> tuple[Figure, ...]:
    """Return every share by source and entity; runs that no budget pays for are in none."""
    by_name = {family.name: family for family in families}
    return tuple(figure for share in SHARES for figure in _figures(share, by_name[share.family]))


def _figures(share: Share, family: Family) -> list[Figure]:
    groups: dict[tuple[str, str], list[int]] = {}
    for sample in family.samples:
        labels = dict(sample.labels)
        value = labels.get(share.by, "")
        if labels.get("counted") == "no" or (share.whole and value not in share.whole):
            continue
        group = groups.setdefault((labels.get("source", ""), labels.get("entity", "")), [0, 0])
        group[0] += int(sample.value) if value in share.part else 0
        group[1] += int(sample.value)
    rows = sorted(groups.items())
    return [
        Figure(share.name, share.title, source, entity, part, whole, share.good)
        for (source, entity), (part, whole) in rows
    ]


def payment_latency(facts: Facts, window: Window) -> tuple[Latency, ...]:
    """Return how long payments took to be applied, those that still wait counted as longer than all others.

    Leaving the unapplied ones out would make the percentile better the worse things are.
    """
    groups: dict[tuple[str, str], list[PaymentFact]] = {}
    for one in facts.payments:
        groups.setdefault((one.source, one.entity), []).append(one)
    found = []
    for (source, entity), payments in sorted(groups.items()):
        done = [one for one in payments if one.applied_at is not None and window.has(one.applied_at)]
        waiting = unapplied(payments, window.until)
        took = [(one.applied_at - one.paid_at).total_seconds() for one in done if one.applied_at is not None]
        found.append(
            Latency(
                "payment-application",
                "Payment applied",
                source,
                entity,
                len(took),
                len(waiting),
                percentiles(took, len(waiting)),
                (window.until - waiting[0].paid_at).total_seconds() if waiting else None,
                bound=any(one.bound for one in done),
            )
        )
    return tuple(found)


RESPONSES = ("detect", "own", "resolve")
"""What is timed of an alert, in this order."""


def response_times(families: Iterable[Family]) -> tuple[tuple[str, tuple[tuple[int, float], ...]], ...]:
    """Return by category how often and how long on average it took to detect, to own and to resolve; 0 of never."""
    found: dict[str, dict[str, tuple[int, float]]] = {}
    for family in families:
        part = family.name.removeprefix("billing_erp.alert.").removesuffix(".duration")
        if part not in RESPONSES:
            continue
        for one in family.histograms:
            row = found.setdefault(dict(one.labels).get("category", ""), {})
            known, total = row.get(part, (0, 0.0))
            row[part] = (known + one.count, total + one.total)
    return tuple(
        (category, tuple((n, total / n if n else 0.0) for n, total in (row.get(one, (0, 0.0)) for one in RESPONSES)))
        for category, row in sorted(found.items())
    )


def event_latency(families: Iterable[Family]) -> tuple[tuple[str, str, int, float], ...]:
    """Return event, source, count and mean seconds of every kind of event."""
    found = [one for one in families if one.name == "billing_erp.event.process.duration"]
    family = found[0] if found else Family("", Kind.HISTOGRAM, "s", "")
    groups: dict[tuple[str, str], list[float]] = {}
    for one in family.histograms:
        labels = dict(one.labels)
        group = groups.setdefault((labels.get("event", ""), labels["source"]), [0, 0.0])
        group[0] += one.count
        group[1] += one.total
    return tuple((*key, int(count), total / count) for key, (count, total) in sorted(groups.items()) if count)


def percentiles(
    took: Sequence[float], waiting: int, wanted: Sequence[int] = (50, 95, 99)
) -> tuple[tuple[int, float | None], ...]:
    """Return percentiles by nearest rank of all, those that wait ranking last; None where one of them is the rank."""
    ranked = sorted(took)
    count = len(ranked) + waiting
    if not count:
        return ()
    ranks = [(one, max(math.ceil(Fraction(one, 100) * count), 1)) for one in wanted]
    return tuple((one, ranked[rank - 1] if rank <= len(ranked) else None) for one, rank in ranks)


def stocks(families: Iterable[Family]) -> tuple[tuple[str, str, float], ...]:
    """Return what is open now: title, labels as text, value; for gauges that have a sample."""
    return tuple(
        (family.name, ", ".join(f"{key}={value}" for key, value in sample.labels), sample.value)
        for family in families
        if family.kind is Kind.GAUGE
        for sample in family.samples
    )


def spoken(seconds: float) -> str:
    """Return seconds as people say them: `42 s`, `3 min`, `2 h 5 min`, `4 d`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    left = int(timedelta(seconds=seconds).total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
