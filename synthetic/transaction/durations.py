"""Durations as people write them: `30s`, `2m`, `15m`, `24h`, `1 month`."""

from __future__ import annotations

import re
from datetime import timedelta

from harness.model import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "second": 1, "minute": 60, "hour": 3600, "day": 86400}
_MONTH_DAYS = 30
_SHAPE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(seconds?|minutes?|hours?|days?|weeks?|months?|years?|[smhd])\s*\Z")


def seconds(text: str) -> timedelta:
    """Return a duration; a month is 30 days and a year 365 (probes assert dates, not the length of a nap).

    Raises:
        UsageError: It is none.
    """
    found = _SHAPE.match(text)
    if not found:
        raise UsageError(f"no duration: {text!r}", remedy="Write 30s, 15m, 2h, 1 day or 1 month.")
    unit = found.group(2) if len(found.group(2)) == 1 else found.group(2).removesuffix("s")
    size = {"week": 7 * 86400, "month": _MONTH_DAYS * 86400, "year": 365 * 86400}.get(unit) or _UNITS[unit]
    return timedelta(seconds=float(found.group(1)) * size)
