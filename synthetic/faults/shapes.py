"""Wrong values: every way in which the type of a value lets it be wrong, and what such a field may be called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from harness.model import JSON
from synthetic.deeds.categories import Categories

Wrong = Callable[[JSON], JSON]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MONTH = re.compile(r"\d{4}-\d{2}\Z")
_REFERENCES = frozenset(
    {"invoice", "payment", "customer", "applied_to", "subscription", "tenant", "dispute", "refund", "credit"}
)


def wrong_values(values: tuple[JSON, ...]) -> Iterator[tuple[str, Wrong]]:
    """Return named ways to make a value wrong, by the type of the values it had.

    One minor unit more or less, another member, null, the day before and after, the next month.
    """
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bool):
        yield "flipped", lambda value: not value
    elif isinstance(first, int):
        yield "plus-1", lambda value: value + 1 if isinstance(value, int) else value
        yield "minus-1", lambda value: value - 1 if isinstance(value, int) else value
    elif isinstance(first, str):
        members = sorted({value for value in values if isinstance(value, str)})
        yield "other", lambda value: _other(value, members)
        yield from _wrong_times(first)
    elif first is None:
        yield "set", lambda value: "set" if value is None else value
    if first is not None:
        yield "null", lambda _value: None


def needed(path: str, label: str) -> str:
    """Return what a call must carry for a value at a path to be made wrong: the value, or nothing where it is `set`."""
    return f"{path}=null" if label == "set" else path


def _wrong_times(first: str) -> Iterator[tuple[str, Wrong]]:
    if _DAY.match(first):
        yield "day-before", lambda value: _day_off(value, -1)
        yield "day-after", lambda value: _day_off(value, 1)
        yield "period-after", lambda value: _day_off(value, 31)
    elif _MONTH.match(first):
        yield "period-before", lambda value: str(_day_off(f"{value}-01", -1))[:7]
        yield "period-after", lambda value: str(_day_off(f"{value}-01", 31))[:7]


def _day_off(value: JSON, days: int) -> JSON:
    if not isinstance(value, str) or not _DAY.match(value):
        return value
    return str(date.fromisoformat(value) + timedelta(days=days))


def _other(value: JSON, members: list[str]) -> JSON:
    return next((member for member in members if member != value), f"{value}-other")


def called(object_name: str, field: str, categories: Categories) -> frozenset[str]:
    """Return the right names of a wrong field: that of the table, and those workflows.md lists beside it."""
    own = categories.of(object_name, field)
    if object_name == "balances":
        # a sum alone may have the name of the fact it sums up, or of what its step is about
        return frozenset({own, "imbalance", "divergence", "state"})
    # a probe may know better than the table what a wrong state is in its step
    also = {"collections", "period", "order", "identity", "reversed"} if own == "state" else set()
    return frozenset({own}) | also | _also(field)


def _also(field: str) -> frozenset[str]:
    if field == "tax":
        return frozenset({"rounding"})
    if field.removesuffix("_id") in _REFERENCES:
        # whoever follows a wrong reference finds something else, or nothing
        return frozenset({"identity", "missing", "application", "state", "unapplied"})
    if field == "version":
        # when a document was finalised is what its period is judged by
        return frozenset({"order", "period"})
    if field in {"entity", "legal_entity"}:
        return frozenset({"entity", "currency-fx"})
    if field.endswith(("_date", "_period", "_start", "_end")):
        return frozenset({"period", "deferral"})
    return frozenset()
