"""What it is worth, as a range with its inputs: never one number, and the baseline is frozen and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from statistics import median

from harness.documents import Document
from harness.metrics.facts import CloseFact, Facts, Window
from harness.metrics.stopping import Stopped, stopped
from harness.model import JSON, UnreadableError


@dataclass(frozen=True, slots=True)
class Baseline:
    """How it was before, over a named window, and what a touch costs.

    Attributes:
        window: Name of the window, such as `2026-Q2`.
        touches_per_1000: Manual touches per 1,000 invoices.
        close_days: Days to close, of each period of the window.
        exception_rate: Exceptions per compared pair.
        minutes_low: Low estimate of the median minutes per touch.
        minutes_high: High estimate.
    """

    window: str
    touches_per_1000: Decimal
    close_days: tuple[Decimal, ...]
    exception_rate: Decimal
    minutes_low: Decimal
    minutes_high: Decimal


@dataclass(frozen=True, slots=True)
class Now:
    """How it is, over the window of the figures."""

    invoices: int
    touches: int
    close_days: tuple[Decimal, ...]
    compared: int
    exceptions: int
    stopped: Stopped = field(default_factory=lambda: Stopped(0, 0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Worth:
    """One line: what was gained, from low to high, and every number that went into it. None: nothing to compare."""

    title: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    inputs: tuple[tuple[str, str], ...]


def worth(baseline: Baseline, now: Now) -> tuple[Worth, ...]:
    """Return hours saved, days of close saved, exceptions avoided, faults stopped; a loss is a negative number."""
    return (_hours(baseline, now), _close(baseline, now), _exceptions(baseline, now), _stopped(now.stopped))


def _hours(baseline: Baseline, now: Now) -> Worth:
    inputs = (
        (f"touches per 1,000 invoices, {baseline.window}", str(baseline.touches_per_1000)),
        ("touches now", f"{now.touches} in {now.invoices} invoices"),
        ("minutes per touch", f"{baseline.minutes_low} to {baseline.minutes_high}"),
    )
    if not now.invoices:
        return Worth("Hours saved", "h", None, None, inputs)
    rate = Decimal(now.touches) * 1000 / now.invoices
    saved = (baseline.touches_per_1000 - rate) * now.invoices / 1000
    ends = sorted((saved * baseline.minutes_low / 60, saved * baseline.minutes_high / 60))
    return Worth("Hours saved", "h", _rounded(ends[0]), _rounded(ends[1]), inputs)


def _close(baseline: Baseline, now: Now) -> Worth:
    inputs = (
        (f"days to close, {baseline.window}", _list(baseline.close_days)),
        ("days to close now, the last three", _list(now.close_days[-3:])),
    )
    if not baseline.close_days or len(now.close_days) < 3:
        return Worth("Days of close saved", "d", None, None, inputs)
    recent = median(now.close_days[-3:])
    ends = sorted((min(baseline.close_days) - recent, max(baseline.close_days) - recent))
    return Worth("Days of close saved", "d", _rounded(ends[0]), _rounded(ends[1]), inputs)


def _exceptions(baseline: Baseline, now: Now) -> Worth:
    inputs = (
        (f"exceptions per compared pair, {baseline.window}", str(baseline.exception_rate)),
        ("exceptions now", f"{now.exceptions} in {now.compared} compared pairs"),
    )
    if not now.compared:
        return Worth("Exceptions avoided", "", None, None, inputs)
    avoided = baseline.exception_rate * now.compared - now.exceptions
    # the count of exceptions is a count: one standard deviation of it either way
    spread = Decimal(max(now.exceptions, 1)).sqrt()
    return Worth("Exceptions avoided", "", _rounded(avoided - spread), _rounded(avoided + spread), inputs)


def _stopped(found: Stopped) -> Worth:
    """Faults stopped before merge: low where somebody was sure to be hurt, high for all that is proved breaking."""
    inputs = (
        ("changes refused by the gate", f"{found.refused} of {found.judged} that were judged"),
        ("of these let through later as they were", str(found.let_through)),
        ("of the others proved breaking", str(found.breaking)),
        ("of these read by a known consumer, or taken back by their author", str(found.confirmed)),
    )
    if not found.judged:
        return Worth("Faults stopped before merge", "", None, None, inputs)
    return Worth("Faults stopped before merge", "", Decimal(found.confirmed), Decimal(found.breaking), inputs)


def read_baseline(document: Document) -> Baseline:
    """Read the file of the baseline.

    Raises:
        UnreadableError: A number is missing or none; with its place.
    """
    value = document.value if isinstance(document.value, dict) else {}
    minutes = value.get("minutes_per_touch")
    pair = minutes if isinstance(minutes, list) and len(minutes) == 2 else [None, None]
    low, high = (_number(document, "/minutes_per_touch", one) for one in pair)
    window = value.get("window")
    if not isinstance(window, str) or low > high:
        raise UnreadableError(
            "the baseline has no named window, or its minutes run backwards",
            location=document.location("/window" if "window" in value else ""),
            remedy="window: 2026-Q2 and minutes_per_touch: [4, 11]",
        )
    days = value.get("close_days")
    return Baseline(
        window,
        _number(document, "/touches_per_1000_invoices", value.get("touches_per_1000_invoices")),
        tuple(_number(document, "/close_days", one) for one in days) if isinstance(days, list) else (),
        _number(document, "/exceptions_per_pair", value.get("exceptions_per_pair")),
        low,
        high,
    )


def _number(document: Document, pointer: str, value: JSON) -> Decimal:
    try:
        found = Decimal(str(value)) if isinstance(value, int | float | str | Decimal) else None
    except ArithmeticError:
        found = None
    if found is None or isinstance(value, bool) or not found.is_finite() or found < 0:
        known = pointer.strip("/") in (document.value if isinstance(document.value, dict) else {})
        raise UnreadableError(
            f"{pointer.strip('/')} is no number",
            location=document.location(pointer if known else ""),
            remedy=f"{pointer.strip('/')}: a number, 0 or more",
        )
    return found


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))


def _list(values: Sequence[Decimal]) -> str:
    return ", ".join(map(str, values)) or "none"


def now_of(facts: Facts, window: Window) -> Now:
    """Return how it is over a window, by the real ledgers alone: a synthetic invoice saves nobody's time."""
    invoices = [one for one in facts.invoices if one.source == "ledger" and window.has(one.finalised_at)]
    flows = [one for one in facts.workflows if one.source == "ledger" and window.has(one.settled_at)]
    compared = [one for one in facts.comparisons if one.source == "ledger" and window.has(one.at)]
    return Now(
        invoices=len(invoices),
        touches=sum(one.touches for one in flows),
        close_days=_close_days(facts),
        compared=sum(one.compared for one in compared),
        exceptions=sum(window.has(one.first_seen) for one in facts.exceptions if one.source == "ledger"),
        stopped=stopped(facts.verdicts, window),
    )


def _close_days(facts: Facts) -> tuple[Decimal, ...]:
    """Return the days that the close of each period took, oldest first: it is over when its last company is."""
    periods: dict[str, list[CloseFact]] = {}
    for one in facts.closes:
        if one.source == "ledger" and one.compared:
            periods.setdefault(one.period, []).append(one)
    found = []
    for period, several in sorted(periods.items()):
        took = [(one.reconciled_at - one.ended_at) / timedelta(days=1) for one in several if one.reconciled_at]
        if len(took) == len(several):
            found.append((period, _rounded(Decimal(str(max(took))))))
    return tuple(days for _, days in found)
