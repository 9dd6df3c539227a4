"""From rows to frozen values, where columns and attributes have the same names."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Dialect, Row, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_Value = TypeVar("_Value")


def as_value(kind: type[_Value], row: Row[Any], **changed: object) -> _Value:
    """Return a value of a dataclass from the columns that are called as its fields; `changed` wins over the row."""
    columns = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for it)
    given = {field.name: columns[field.name] for field in fields(kind) if field.name in columns}  # type: ignore[arg-type]
    return kind(**{**given, **changed})


def insert_into(connection: Connection | Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, which both databases write alike."""
    dialect = connection.dialect if isinstance(connection, Connection) else connection
    if dialect.name != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  (a tenth of a second, for those who have one)

    return postgresql.insert(table)
