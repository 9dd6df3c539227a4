"""Days of a company: a subscription begins today there and ends a year later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from harness.model.money import share

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


def year_later_of(day: str) -> date:
    """Return the same day of the next year."""
    return year_later(date.fromisoformat(day))


def seconds_of_term(began: datetime, now: datetime) -> tuple[int, int]:
    """Return how many seconds of a yearly term have passed, and how many it has (billing prorates by seconds)."""
    start = int(began.timestamp())
    whole = int(began.replace(year=began.year + 1).timestamp()) - start
    return int(now.timestamp()) - start, whole


def month_end(day: str) -> str:
    """Return the last day of the month of a day."""
    first = date.fromisoformat(day).replace(day=1)
    return str((first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def share_of_term(net: int, start: str, end: str, through: str) -> int:
    """Return what of a net amount is earned by the end of a day, by calendar days of the half-open term."""
    first, after, last = (date.fromisoformat(day) for day in (start, end, through))
    return share(net, (last - first).days + 1, (after - first).days)


def month_later(day: date) -> date:
    """Return the same day of the next month, or its last day where there is none."""
    after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (after + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return after.replace(day=min(day.day, last.day))


def days_later(day: str, days: int) -> str:
    """Return a day some days later."""
    return str(date.fromisoformat(day) + timedelta(days=days))
