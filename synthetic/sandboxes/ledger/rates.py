"""The daily rates of a sandbox's treasury: what the mapping of the catalog has no row for.

A real treasury has a rate for every day; the mapping has those that the worked examples need. `daily` fills the days
between with rates that move a little from day to day, the same for everybody who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

Feed = Callable[[Sequence[tuple[date, str]], date], str | None]
"""Known rates of a pair, dated, and a day -> the rate of that day as a decimal, None if there is none."""

_STEPS = 50


def daily(known: Sequence[tuple[date, str]], day: date) -> str | None:
    """Return the rate of a day: that of the last row before it (or of the first one), moved by up to half a percent.

    No two days less than seven weeks apart have the same rate, and none has exactly that of the row.
    """
    if not known:
        return None
    before = [one for one in sorted(known) if one[0] <= day]
    _, value = before[-1] if before else min(known)
    step = 2 * (day.toordinal() * 37 % _STEPS) - _STEPS + 1
    whole, rest = divmod(round(Fraction(value) * (10_000 + step) * 100), 1_000_000)
    return f"{whole}.{rest:06}"
