"""Billing periods: calendar steps from an anchor, seconds since 1970, UTC as Stripe counts."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta


def stepped(anchor: int, interval: str, count: int, steps: int) -> int:
    """Return the anchor moved by `steps * count` intervals.

    Months and years keep the anchor's day where the month has it and its last day where not, so that 31 January is
    followed by 28 February and 31 March.
    """
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        return int((start + timedelta(days=(7 if interval == "week" else 1) * count * steps)).timestamp())
    months = (12 if interval == "year" else 1) * count * steps
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def period_after(anchor: int, interval: str, count: int, at: int) -> tuple[int, int]:
    """Return the period `[start, end)` of the anchor's grid that contains `at`."""
    days = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * count
    step = max((at - anchor) // (days * 86_400), 0) if at >= anchor else 0
    while stepped(anchor, interval, count, step + 1) <= at:
        step += 1
    return stepped(anchor, interval, count, step), stepped(anchor, interval, count, step + 1)
