"""Days of a company: a subscription begins today there and ends a year later."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_ZONES = {"DE-01": "Europe/Berlin", "US-01": "America/New_York", "JP-01": "Asia/Tokyo"}


def today(now: datetime, entity: str) -> date:
    """Return the day it is where a company is."""
    return now.astimezone(ZoneInfo(_ZONES[entity])).date()


def year_later(day: date) -> date:
    """Return the same day of the next year, the last of February where there is none."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def term(now: datetime, entity: str) -> tuple[str, str]:
    """Return the first day of a yearly term that begins now, and the day after its last."""
    start = today(now, entity)
    return str(start), str(year_later(start))
