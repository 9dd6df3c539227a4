"""How much a store holds."""

from __future__ import annotations

from sqlalchemy import func, select

from harness.history import pact_tables, tables
from harness.history.store import History


def row_counts(history: History) -> dict[str, int]:
    """Return the number of rows of each table, by name."""
    every = {**tables.metadata.tables, **pact_tables.participants.metadata.tables}  # the second import fills the first
    with history.reading() as connection:
        return {
            name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in sorted(every.items())
        }
