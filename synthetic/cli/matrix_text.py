"""The matrix as a screen: figures, survivors to assert or waive, wrong names, alarms nobody should have heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.report.printable import printable
from synthetic.cli.probe_text import took
from synthetic.matrix import Row, Summary

_SHOWN = 20


def matrix_text(found: Summary, rows: Sequence[Row]) -> str:
    """Return the screen of a matrix."""
    played = [row for row in rows if row.played]
    real = [row for row in played if not row.equivalent]
    survivors = [row for row in real if not row.detected and not row.waived]
    misnamed = [row for row in real if row.detected and not row.named_right]
    nothing = [row for row in played if row.note]
    glyph = ("?" if found.not_played else "✓") if found.is_good else "✗"
    rest = f"{found.waived} waived, {found.leaks} leaks   {found.seconds:.1f} s"
    lines = [
        f"{glyph} {found.detected:,} of {found.faults:,} faults found, {found.named_right:,} by the right name, {rest}",
        f"  {found.equivalent - found.did_nothing:,} more were absorbed: what people can see is as it is without them.",
        *_times(real),
        *_by_kind(real),
        *_part("Survivors: assert the field, or waive it by name with a reason", survivors, _survivor),
        *_part("Found, but called by another name", misnamed, _misnamed),
        *_part("Met calls and changed none, so there was nothing to find", nothing, _untouched),
        *_part("Never played, so nothing is known about them", [row for row in rows if not row.played], _unplayed),
        *_part("Names that are no categories", [row for row in played if row.reason], _unplayed),
        *_part("Waived", [row for row in real if row.waived], lambda row: f"{row.fault}   {row.waived}"),
    ]
    return "\n".join(lines) + "\n"


def clean_text(found: Summary, bad: Sequence[Row], errors: float, stale: float) -> str:
    """Return the screen of clean runs."""
    noise = f"{errors:.1%} of calls failing and {stale:.1%} of looks stale"
    glyph = "✓" if found.is_good else "✗"
    lines = [
        f"{glyph} {found.false_alarms} false alarms in {found.clean_runs:,} clean runs, {noise}   {found.seconds:.1f} s"
    ]
    lines += _part(
        "Alarms", bad, lambda row: f"{row.probe} seed {row.seed}: {row.category or row.verdict} at {row.step}"
    )
    return "\n".join(lines) + "\n"


def _times(rows: Sequence[Row]) -> list[str]:
    times = sorted(row.ttd_s for row in rows if row.detected and row.ttd_s is not None)
    if not times:
        return []
    middle, late = times[len(times) // 2], times[min(len(times) - 1, len(times) * 9 // 10)]
    return [f"  Time to detect: half within {took(middle)}, nine of ten within {took(late)} (time of the landscape)."]


def _by_kind(rows: Sequence[Row]) -> list[str]:
    kinds = Counter(row.kind or "other" for row in rows)
    found = Counter(row.kind or "other" for row in rows if row.detected)
    return [f"    {kind:<16} {found[kind]:>5} of {count:>5}" for kind, count in sorted(kinds.items())]


def _part(title: str, rows: Sequence[Row], line: object) -> list[str]:
    if not rows or not callable(line):
        return []
    shown = [f"    {line(row)}" for row in rows[:_SHOWN]]
    more = [f"    ... and {len(rows) - _SHOWN} more (--format json lists all)"] if len(rows) > _SHOWN else []
    return [f"  {title}:", *shown, *more]


def _survivor(row: Row) -> str:
    return f"{printable(row.fault)}   seen by {row.probe}, which passed ({_times_changed(row)})"


def _untouched(row: Row) -> str:
    return f"{printable(row.fault)}   {printable(row.note)}"


def _times_changed(row: Row) -> str:
    return f"met {row.met:,} calls, changed {row.changed:,}"


def _unplayed(row: Row) -> str:
    said = printable(row.reason)
    return f"{printable(row.fault)}   {said if row.played else f'{row.verdict}: {said}'}"


def _misnamed(row: Row) -> str:
    said = f"{row.probe}: {row.category or row.verdict} at {row.step}"
    more = f" (all alerts: {', '.join(row.alerts)})" if row.alerts else ""
    return f"{printable(row.fault)}   {said}, not {' or '.join(row.names)}{more}"
