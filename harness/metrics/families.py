"""Metrics as values: a family has a name, a unit and samples; counters are numerators and denominators, never ratios.

Names follow OpenTelemetry (dots, no unit, no `_total`); the Prometheus name is made from them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

Labels = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """Type of a family, in the words of OpenMetrics."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value under one set of labels."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Observations under one set of labels.

    Attributes:
        labels: Sorted.
        counts: Per bucket, not cumulated; one more than `bounds` for what is above the last.
        total: Sum of the observations.
    """

    labels: Labels
    counts: tuple[int, ...]
    total: float

    @property
    def count(self) -> int:
        """How many observations."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Attributes:
        name: With dots, as OpenTelemetry writes it.
        kind: Counter, gauge or histogram.
        unit: `s`, or an annotation such as `{posting}`.
        help: One sentence, with numerator and denominator where there are.
        samples: Of a counter or gauge.
        histograms: Of a histogram.
        bounds: Upper bounds of the buckets.
    """

    name: str
    kind: Kind
    unit: str
    help: str
    samples: tuple[Sample, ...] = ()
    histograms: tuple[Histogram, ...] = ()
    bounds: tuple[float, ...] = field(default=())

    @property
    def prometheus(self) -> str:
        """The name in OpenMetrics, without the suffix of the sample."""
        name = self.name.replace(".", "_")
        return f"{name}_seconds" if self.unit == "s" else name

    def flat(self) -> Iterator[tuple[str, Labels, float]]:
        """Yield the samples as OpenMetrics names them: `_total`, `_bucket` with `le`, `_count`, `_sum`."""
        suffix = "_total" if self.kind is Kind.COUNTER else ""
        for sample in self.samples:
            yield self.prometheus + suffix, sample.labels, sample.value
        for one in self.histograms:
            running = 0
            for bound, count in zip((*map(number_text, self.bounds), "+Inf"), one.counts, strict=True):
                running += count
                yield f"{self.prometheus}_bucket", (*one.labels, ("le", bound)), running
            yield f"{self.prometheus}_count", one.labels, one.count
            yield f"{self.prometheus}_sum", one.labels, one.total


def labels_of(**given: str) -> Labels:
    """Return labels, sorted; empty ones are left out."""
    return tuple(sorted((name, value) for name, value in given.items() if value))


def counter(name: str, unit: str, help: str, counts: Counter[Labels]) -> Family:  # noqa: A002  (OpenMetrics' word)
    """Return a counter of what was counted by labels."""
    return Family(name, Kind.COUNTER, unit, help, tuple(Sample(key, counts[key]) for key in sorted(counts)))


def gauge(name: str, unit: str, help: str, values: Iterable[tuple[Labels, float]]) -> Family:  # noqa: A002
    """Return a gauge of values by labels."""
    return Family(name, Kind.GAUGE, unit, help, tuple(Sample(*one) for one in sorted(values)))


def histogram(
    name: str,
    help: str,  # noqa: A002
    bounds: Sequence[float],
    observed: Iterable[tuple[Labels, float]],
) -> Family:
    """Return a histogram of seconds by labels."""
    found: dict[Labels, list[float]] = {}
    for labels, value in observed:
        found.setdefault(labels, []).append(value)
    return Family(
        name,
        Kind.HISTOGRAM,
        "s",
        help,
        histograms=tuple(_histogram(labels, found[labels], bounds) for labels in sorted(found)),
        bounds=tuple(bounds),
    )


def merged(several: Iterable[Sequence[Family]]) -> tuple[Family, ...]:
    """Return families of the same names with the samples of all: of environments, which their labels tell apart."""
    found: dict[str, Family] = {}
    for families in several:
        for one in families:
            known = found.get(one.name)
            found[one.name] = (
                one
                if known is None
                else replace(
                    known, samples=(*known.samples, *one.samples), histograms=(*known.histograms, *one.histograms)
                )
            )
    return tuple(found.values())


def number_text(value: float) -> str:
    """Return a number as OpenMetrics writes it: whole ones without a point in samples, others in full."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


def _histogram(labels: Labels, values: Sequence[float], bounds: Sequence[float]) -> Histogram:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return Histogram(labels, tuple(counts), sum(values))
