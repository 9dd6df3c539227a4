"""Figures and objectives for a terminal, and as JSON: every number with its denominator, window and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction

from harness.metrics.facts import Window
from harness.metrics.families import Family, number_text
from harness.metrics.figures import Figure, Latency, spoken
from harness.metrics.objectives import Attained, State
from harness.metrics.roi import Worth
from harness.model import JSON
from harness.model.facts import Cursor
from harness.report.printable import printable
from harness.report.stocks_text import SOURCES, now_lines, time_lines
from harness.report.words import columns

_GLYPHS = {State.MET: "✓", State.MISSED: "✗"}


def metrics_text(
    environment: str,
    window: Window,
    shares: Sequence[Figure],
    latencies: Sequence[Latency],
    families: Sequence[Family],
    worth: Sequence[Worth] = (),
) -> str:
    """Return the screen of `harness metrics`."""
    since, until = f"{window.since:%d %b %Y %H:%M}", f"{window.until:%d %b %Y %H:%M}"
    lines = [f"{printable(environment) or 'ledgers'}   {since} to {until} UTC", ""]
    lines += _rows(shares) or ["  nothing compared"]
    lines += ["", "Payments until applied"] if latencies else []
    lines += [line for one in latencies for line in _latency(one)]
    lines += time_lines(families)
    if standing := now_lines(families):
        lines += ["", "Now", *standing]
    if worth:
        lines += ["", "Worth, as a range", *(line for one in worth for line in _worth(one))]
    return "\n".join(lines) + "\n"


def metrics_json(
    environment: str,
    window: Window,
    shares: Sequence[Figure],
    latencies: Sequence[Latency],
    families: Sequence[Family],
    worth: Sequence[Worth] = (),
) -> dict[str, JSON]:
    """Return the same as JSON; shares are exact fractions as text, since 1/3 is no decimal."""
    return {
        "environment": environment,
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "figures": [
            {
                "name": one.name,
                "title": one.title,
                "source": one.source,
                "entity": one.entity,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "share": _percent(one.share) if one.share is not None else None,
            }
            for one in shares
        ],
        "latencies": [
            {
                "name": one.name,
                "source": one.source,
                "entity": one.entity,
                "count": one.count,
                "waiting": one.waiting,
                "oldest_waiting_seconds": _number(one.oldest),
                "percentiles": {f"p{rank}": _number(value) for rank, value in one.percentiles},
                "upper_bound": one.bound,
            }
            for one in latencies
        ],
        "samples": [
            {"name": name, "labels": dict(labels), "value": number_text(value)}
            for family in families
            for name, labels, value in family.flat()
        ],
        "worth": [
            {
                "title": one.title,
                "unit": one.unit,
                "low": one.low,
                "high": one.high,
                "inputs": dict(one.inputs),
            }
            for one in worth
        ],
    }


def read_text(read: Sequence[Cursor], now: datetime) -> str:
    """Return when each list of the ledgers was read last, and what could not be read; "" if none ever was."""
    lines = []
    for name in dict.fromkeys(one.environment for one in read):
        rows = [one for one in read if one.environment == name and "." not in one.name]
        newest = max((one.at for one in rows), default=now)
        wrong = [f"{one.name} not read: {printable(one.problem)}" for one in rows if one.problem]
        said = "; ".join(wrong) or "complete"
        glyph = "?" if wrong else "✓"
        age = spoken(max((now - newest).total_seconds(), 0))
        lines.append(f"{glyph} ledgers of {printable(name)} read {age} ago: {said}")
    return "".join(f"{line}\n" for line in lines)


def read_json(read: Iterable[Cursor]) -> list[JSON]:
    """Return the same as JSON."""
    return [
        {"environment": one.environment, "list": one.name, "read_at": one.at.isoformat(), "problem": one.problem}
        for one in read
        if "." not in one.name
    ]


def objectives_text(found: Sequence[Attained]) -> str:
    """Return the screen of `harness objectives`: the sentence first, then one line an objective."""
    missed = [one for one in found if one.state is State.MISSED]
    unsaid = [one for one in found if one.state not in {State.MET, State.MISSED}]
    glyph = "✗" if missed else "?" if unsaid or not found else "✓"
    told = f"{len(found) - len(missed) - len(unsaid)} of {len(found)} objectives attained"
    told += f", {len(missed)} missed" if missed else ""
    told += f", {len(unsaid)} could not be told" if unsaid else ""
    rows = [
        (
            f"  {_GLYPHS.get(one.state, '?')} {printable(one.objective.title)}",
            _percent(one.share) if one.share is not None else one.state.value,
            f"of {_percent(one.objective.target)}",
            f"{one.good} of {one.total} in {one.objective.window.days} d",
            _budget(one),
        )
        for one in found
    ]
    return "\n".join([f"{glyph} {told}", "", *columns(rows)]) + "\n"


def objectives_json(found: Iterable[Attained]) -> list[JSON]:
    """Return objectives as JSON."""
    return [
        {
            "name": one.objective.name,
            "title": one.objective.title,
            "service": one.objective.service,
            "state": one.state.value,
            "target": _percent(one.objective.target),
            "attained": _percent(one.share) if one.share is not None else None,
            "good": one.good,
            "total": one.total,
            "budget": {"allowed": one.allowed, "spent": one.spent, "left": one.left},
            "window_days": one.objective.window.days,
            "file": one.objective.place.file,
            "line": one.objective.place.line,
        }
        for one in found
    ]


def _budget(one: Attained) -> str:
    if one.state in {State.NOTHING, State.ELSEWHERE}:
        return ""
    if one.state is State.TOO_FEW or (one.total < one.needed and not one.spent):
        return f"says little: one failure is allowed from {one.needed} on"
    if one.total < one.needed:
        return f"few, but no chance: if it were met, less than once in {int(1 / one.chance):,}" if one.chance else ""
    return f"budget left {one.left} of {one.allowed}"


def _rows(shares: Sequence[Figure]) -> list[str]:
    rows = [
        (
            f"  {one.title}",
            SOURCES.get(one.source, "-"),
            printable(one.entity),
            _percent(one.share) if one.share is not None else "nothing compared",
            f"{one.numerator} of {one.denominator}",
        )
        for one in shares
    ]
    return list(columns(rows)) if rows else []


def _latency(one: Latency) -> list[str]:
    said = []
    for rank, value in one.percentiles:
        known = value is not None
        told = spoken(value) if value is not None else f"more than {spoken(one.oldest or 0)}"
        said.append(f"p{rank} {'at most ' if one.bound and known else ''}{told}")
    waits = f"{one.waiting} not applied yet, the oldest for {spoken(one.oldest)}" if one.oldest is not None else ""
    source = SOURCES.get(one.source, one.source)
    return [f"  {source}  {printable(one.entity)}  {', '.join(said)}   {one.count} applied; {waits or 'none waits'}"]


def _worth(one: Worth) -> list[str]:
    told = "nothing to compare yet" if one.low is None else f"{one.low} to {one.high} {one.unit}".rstrip()
    return [f"  {one.title}: {told}", *(f"      {name}: {printable(value)}" for name, value in one.inputs)]


def _percent(share: Fraction) -> str:
    """Return a share as a percentage that never rounds up to 100: 99.99 % of many is not all."""
    hundredths = share * 10000
    whole = hundredths.numerator // hundredths.denominator
    return f"{whole // 100}.{whole % 100:02} %" if whole % 100 else f"{whole // 100} %"


def _number(value: float | None) -> JSON:
    return None if value is None else round(value)
