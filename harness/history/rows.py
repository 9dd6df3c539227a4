"""From rows to frozen values, where columns and attributes have the same names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

_Value = TypeVar("_Value")
Insert = sqlite.Insert | postgresql.Insert


def as_value(kind: type[_Value], row: Row[Any], **changed: object) -> _Value:
    """Return a value of a dataclass from the columns that are called as its fields; `changed` wins over the row."""
    columns = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for it)
    given = {field.name: columns[field.name] for field in fields(kind) if field.name in columns}  # type: ignore[arg-type]
    return kind(**{**given, **changed})


def insert_into(connection: Connection | Dialect, table: Table) -> Insert:
    """Return an INSERT that knows ON CONFLICT, which both databases write alike."""
    dialect = connection.dialect if isinstance(connection, Connection) else connection
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
