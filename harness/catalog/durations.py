"""ISO 8601 durations of fixed length, as recovery objectives and deadlines are written."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)")


def parse_duration(text: str) -> timedelta | None:
    """Return the length of `PT4H`, `P180D`, `P1DT12H` or `P2W`; None if it is no duration of fixed length.

    Years and months are refused: nobody can say how long they are without a calendar.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
