"""Tables of the page for finance about time: the close of a month, events until they took effect, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.metrics.counting import newest_closes
from harness.metrics.facts import CloseFact, Facts, Window
from harness.metrics.families import Family
from harness.metrics.figures import event_latency, response_times, spoken
from harness.report.words import count


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with its colour class: `yes`, `no`, `look`, `quiet` or ""."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One table with its caption; no rows is said in words."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str


def closes_part(several: Sequence[Facts], window: Window) -> Part:
    """Return the newest month of each company that has ended: closed, reconciled, and what held it up."""
    found = [one for facts in several for one in newest_closes(facts, window) if one.source == "ledger"]
    rows = tuple(
        (
            Cell(one.entity),
            Cell(one.period),
            Cell(f"{one.ended_at:%d %b %Y %H:%M} UTC"),
            Cell(_after(one, one.closed_at)) if one.closed_at else Cell("open", "look"),
            _reconciled(one, window),
            Cell(f"{one.category}, {spoken(one.blocked_seconds)}" if one.category else "-"),
        )
        for one in sorted(found, key=lambda row: row.entity)
    )
    head = ("Company", "Month", "Ended", "Closed in the ERP", "Reconciled", "Held up last by")
    about = "The month that ended last: reconciled when no checkpoint that looks at it has an exception open any more."
    return Part("Month-end close", about, head, rows, "No month has ended in what was read.")


def _after(one: CloseFact, at: object) -> str:
    return f"after {spoken((at - one.ended_at).total_seconds())}"  # type: ignore[operator]


def _reconciled(one: CloseFact, window: Window) -> Cell:
    if not one.compared:
        return Cell("? not known: nothing was compared after its end", "look")
    if one.reconciled_at is None:
        return Cell(f"✗ not yet, {spoken((window.until - one.ended_at).total_seconds())} after its end", "no")
    return Cell(f"✓ {_after(one, one.reconciled_at)}", "yes")


def events_part(families: Iterable[Family]) -> Part:
    """Return how long events of billing took until they had an effect in the ERP."""
    rows = tuple(
        (Cell(event), Cell(f"{counted:,}"), Cell(spoken(mean)))
        for event, source, counted, mean in event_latency(families)
        if source == "ledger"
    )
    about = "From when billing first told of it until the ERP had it, retries included."
    return Part("Events until they took effect", about, ("Event", "Counted", "On average"), rows, "No event was timed.")


def response_part(families: Iterable[Family]) -> Part:
    """Return how long it took until failures were known, somebody had them, and they were over, by category."""
    rows = tuple(
        (Cell(category or "-"), *(Cell(f"{spoken(mean)}, {count(n, 'alert')}" if n else "-") for n, mean in times))
        for category, times in response_times(families)
    )
    head = ("Category", "Until it was sure", "Until somebody had it", "Until it was over")
    return Part("How fast alerts were answered", "On average; alerts that are open are in no average.", head, rows, "-")
