"""Business changes in words: the row, old and new, from which day on, and what it reaches."""

from __future__ import annotations

from harness.governance import GateReport
from harness.governance.values import BusinessChange, ChangedCell
from harness.model import Verdict
from harness.report.printable import printable
from harness.report.words import GLYPHS, count, day, listing, short_ref

_MOST = 8


def business_lines(report: GateReport) -> list[str]:
    """Return two lines a changed row, breaking ones first, at most eight rows."""
    rows = sorted(report.business_changes, key=lambda change: change.verdict is not Verdict.BREAKING)
    lines = []
    for change in rows[:_MOST]:
        lines.append(business_words(change))
        reach = reach_words(change)
        lines += [f"  reaches {reach}"] if reach else []
    if len(rows) > _MOST:
        lines.append(f"and {count(len(rows) - _MOST, 'further row')}")
    return lines


def business_words(change: BusinessChange) -> str:
    """Return `✗ Tax codes and rates: DE-S19, rate 19 -> 16, from 1 Dec 2026 on; DE-01 2026-10 is closed`."""
    head = f"{GLYPHS[change.verdict]} {printable(change.title)}"
    head += f": {printable(change.key)}" if change.key else ""
    what = ", ".join(map(_cell, change.cells[:4])) or {"added": "is new", "removed": "is gone"}.get(change.status, "")
    since = f", from {day(change.effective)} on" if change.effective else ""
    closed = f"; {printable(change.closed_period)} is closed" if change.closed_period else ""
    return f"{head}{',' if change.cells else ''} {what}{since}{closed}"


def _cell(cell: ChangedCell) -> str:
    old, new = printable(cell.old or "none", 60), printable(cell.new or "none", 60)
    return f"{printable(cell.column)} {old} -> {new}"


def reach_words(change: BusinessChange) -> str:
    """Return `invoice; 2 workflows in DE-01; probes invoice-posting; checkpoints C1`, "" if nothing is known."""
    where = f" in {listing(map(printable, change.legal_entities))}" if change.legal_entities else ""
    parts = [
        listing([short_ref(ref).removeprefix("business-object-") for ref in change.objects]) if change.objects else "",
        f"{count(len(change.workflows), 'workflow')}{where}" if change.workflows else where.strip(),
        f"probes {listing(map(printable, change.probes), 3)}" if change.probes else "no probe",
        f"checkpoints {listing([short_ref(ref).removeprefix('checkpoint-') for ref in change.checkpoints])}"
        if change.checkpoints
        else "no checkpoint",
    ]
    return "; ".join(part for part in parts if part)
