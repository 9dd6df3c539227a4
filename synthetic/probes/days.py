"""Days of a company: what begins now there, and when it ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from harness.model import JSON
from harness.model.money import share

_ZONES = {"DE-01": "Europe/Berlin", "US-01": "America/New_York", "JP-01": "Asia/Tokyo"}


def day_at(seconds: JSON, entity: str) -> str:
    """Return the day it was where a company is, at a time in seconds since 1970; "" for no time."""
    return str(today(datetime.fromtimestamp(seconds, UTC), entity)) if isinstance(seconds, int) else ""


def today(now: datetime, entity: str) -> date:
    """Return the day it is where a company is; in UTC for no company."""
    return now.astimezone(ZoneInfo(_ZONES.get(entity, "UTC"))).date()


def term(now: datetime, entity: str, number: int = 1) -> tuple[str, str]:
    """Return the first day of a yearly term that begins now, and the day after its last; `number` 2 is its renewal.

    Billing counts a year in UTC, from instant to instant; the days are those the company sees there and then.
    """
    start, end = _years_later(now, number - 1), _years_later(now, number)
    return str(today(start, entity)), str(today(end, entity))


def _years_later(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)  # the last of February where there is no 29th


def seconds_of_term(began: datetime, now: datetime) -> tuple[int, int]:
    """Return how many seconds of a yearly term have passed, and how many it has (billing prorates by seconds)."""
    start = int(began.timestamp())
    whole = int(_years_later(began, 1).timestamp()) - start
    return int(now.timestamp()) - start, whole


def month_end(day: str) -> str:
    """Return the last day of the month of a day."""
    first = date.fromisoformat(day).replace(day=1)
    return str((first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def share_of_term(net: int, start: str, end: str, through: str) -> int:
    """Return what of a net amount is earned by the end of a day, by calendar days of the half-open term."""
    first, after, last = (date.fromisoformat(day) for day in (start, end, through))
    return share(net, (last - first).days + 1, (after - first).days)


def months_later(at: datetime, months: int = 1) -> datetime:
    """Return the same moment some months later, on the month's last day where there is no such day.

    Billing counts so, in UTC and from the day a subscription began: two months after 31 January is 31 March, which a
    month after 28 February is not.
    """
    years, month = divmod(at.month - 1 + months, 12)
    last = monthrange(at.year + years, month + 1)[1]
    return at.replace(year=at.year + years, month=month + 1, day=min(at.day, last))


def share_of_term_before(net: int, start: str, end: str, day: str) -> int:
    """Return what of a net amount is earned before a day: that day and those after it are still to come."""
    return share_of_term(net, start, end, days_later(day, -1))


def days_of_term(start: str, end: str) -> int:
    """Return how many days a half-open term has."""
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def days_later(day: str, days: int) -> str:
    """Return a day some days later."""
    return str(date.fromisoformat(day) + timedelta(days=days))
