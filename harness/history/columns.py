"""Columns that mean the same in SQLite and PostgreSQL: instants, and JSON with exact numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from harness.model import JSON

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970 in UTC: SQLite has no time type, and text compares badly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (SQLAlchemy's)
        """Return the microseconds; a naive time has no meaning here and is refused."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's)
        """Return the time, aware, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class JsonText(TypeDecorator[JSON]):
    """A JSON value as text, so that the digits of a number are kept; the database's own types would round it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JSON, dialect: Dialect) -> str | None:  # noqa: ARG002  (SQLAlchemy's)
        """Return the text; None stays NULL."""
        return None if value is None else json_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> JSON:  # noqa: ARG002  (SQLAlchemy's)
        """Return the value; numbers with a point or exponent are `Decimal`."""
        found: JSON = None if value is None else json.loads(value, parse_float=Decimal)
        return found


def micros(value: datetime) -> int:
    """Return microseconds since 1970 in UTC.

    Raises:
        ValueError: The time has no zone.
    """
    if value.tzinfo is None:
        raise ValueError("a time without zone cannot be stored")
    return (value - _EPOCH) // _MICROSECOND


def json_text(value: object) -> str:
    """Return one line of ASCII JSON with sorted names: equal values have equal text.

    A number that JSON cannot write (NaN, infinity) becomes its name as a text: an answer that held it must be kept.
    """
    return "".join(_pieces(value))


def _pieces(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        yield "{"
        for index, key in enumerate(sorted(value, key=str)):
            yield f"{',' if index else ''}{json.dumps(str(key))}:"
            yield from _pieces(value[key])
        yield "}"
    elif isinstance(value, (list, tuple)):
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ","
            yield from _pieces(item)
        yield "]"
    else:
        yield _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else json.dumps(str(value))
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(str(value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return json.dumps(value)
    return json.dumps(str(value))
