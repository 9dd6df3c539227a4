"""Closed days as Parquet files, one a day and table, for analysis by DuckDB. The store keeps its rows.

A day is closed when it is over by the database's clock, in UTC. A day that was written before is left as it is, and
every file appears whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Float, Integer, Select, Table, func, select

from harness.history import tables
from harness.history.columns import Instant, json_text
from harness.history.store import History
from harness.model import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BY_TIME = (("runs", tables.runs, "started"), ("measurements", tables.measurements, "at"))
_OF_RUNS = (("steps", tables.steps), ("leaks", tables.leaks))
_BATCH = 2_000


def roll_up(history: History, folder: Path) -> tuple[Path, ...]:
    """Write `FOLDER/TABLE/YYYY-MM-DD.parquet` for each closed day that has rows and no file; return what was written.

    Raises:
        UsageError: DuckDB is not installed, or the folder cannot be written.
    """
    try:
        import duckdb  # noqa: PLC0415  (74 MB that only analysis needs)
    except ModuleNotFoundError as missing:
        raise UsageError(
            "rolling days to Parquet needs duckdb, which is not installed",
            remedy="pip install 'contract-harness[analysis]'",
        ) from missing
    written: list[Path] = []
    with duckdb.connect() as engine:
        engine.execute("SET lock_configuration = true")
        for day in _closed_days(history):
            for name, table, wanted in _parts(day):
                path = folder / name / f"{day.isoformat()}.parquet"
                if not path.exists() and _write(history, engine, table, wanted, path):
                    written.append(path)
    return tuple(written)


def _closed_days(history: History) -> tuple[date, ...]:
    with history.reading() as connection:
        today = history.now(connection).date()
        firsts = [connection.execute(select(func.min(table.c[at]))).scalar() for _, table, at in _BY_TIME]
    first = min((one.date() for one in firsts if one is not None), default=today)
    return tuple(first + timedelta(days=n) for n in range((today - first).days))


def _parts(day: date) -> Iterator[tuple[str, Table, Select[Any]]]:
    since = datetime.combine(day, time(), UTC)
    until = since + timedelta(days=1)
    for name, table, at in _BY_TIME:
        yield name, table, select(table).where(table.c[at] >= since, table.c[at] < until).order_by(table.c.id)
    of_day = tables.runs.c.started >= since, tables.runs.c.started < until
    for name, table in _OF_RUNS:
        yield name, table, select(table).join(tables.runs).where(*of_day).order_by(table.c.id)


def _write(history: History, engine: DuckDBPyConnection, table: Table, wanted: Select[Any], path: Path) -> bool:
    """Write the rows of one day; False where there are none."""
    columns = ", ".join(f'"{column.name}" {_type(column.type)}' for column in table.columns)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE day ({columns})")
    marks = ", ".join("?" * len(table.columns))
    count = 0
    with history.reading() as connection:
        for part in connection.execute(wanted).partitions(_BATCH):
            engine.executemany(f"INSERT INTO day VALUES ({marks})", [[_plain(value) for value in row] for row in part])  # noqa: S608  (only question marks)
            count += len(part)
    if not count:
        return False
    partial = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine.table("day").write_parquet(str(partial), compression="zstd")
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error}", remedy="Name a folder that can be written.") from error
    return True


def _type(column: object) -> str:
    if isinstance(column, Instant):
        return "TIMESTAMPTZ"
    for kind, name in ((Boolean, "BOOLEAN"), ((BigInteger, Integer), "BIGINT"), (Float, "DOUBLE")):
        if isinstance(column, kind):
            return name
    return "VARCHAR"


def _plain(value: object) -> object:
    return json_text(value) if isinstance(value, (dict, list)) else value
