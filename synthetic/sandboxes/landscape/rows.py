"""Rows that survive a restart: a mapping of JSON objects in one SQLite database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from synthetic.sandboxes.crashing import AFTER, BEFORE, crash_point
from synthetic.sandboxes.durable import open_database

_SCHEMA = """
create table if not exists row (number integer primary key, name text not null, key text not null, body text not null,
    unique (name, key));
"""

Row = dict[str, Any]
Table = Callable[[str], MutableMapping[str, Row]]
"""Opens a table by its name."""


def in_memory(name: str) -> MutableMapping[str, Row]:
    """Return a table that lives as long as its process."""
    del name
    return {}


class Rows(MutableMapping[str, Row]):
    """One table; what is assigned is durable when the assignment returns."""

    def __init__(self, db: sqlite3.Connection, name: str) -> None:
        """Open a table, whose name is one of ours."""
        self._db = db
        self._name = name

    def __getitem__(self, key: str) -> Row:
        """Return a copy of a row; a change to it is kept by assigning it."""
        found = self._db.execute("select body from row where name = ? and key = ?", (self._name, key)).fetchone()
        if found is None:
            raise KeyError(key)
        return dict(json.loads(found[0]))

    def __setitem__(self, key: str, value: Row) -> None:
        """Keep a row."""
        crash_point("edge.row", BEFORE)
        self._db.execute(
            "insert into row (name, key, body) values (?, ?, ?)"
            " on conflict (name, key) do update set body = excluded.body",
            (self._name, key, json.dumps(value)),
        )
        crash_point("edge.row", AFTER)

    def __delitem__(self, key: str) -> None:
        """Forget a row."""
        if not self._db.execute("delete from row where name = ? and key = ?", (self._name, key)).rowcount:
            raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        """Go through the keys in the order in which they came."""
        found = self._db.execute("select key from row where name = ? order by number", (self._name,)).fetchall()
        return (key for (key,) in found)

    def __len__(self) -> int:
        """Count the rows."""
        (found,) = self._db.execute("select count(*) from row where name = ?", (self._name,)).fetchone()
        return int(found)


class Store:
    """One SQLite database of such tables."""

    def __init__(self, database: str) -> None:
        """Open or create it."""
        self._db = open_database(database, _SCHEMA)

    def table(self, name: str) -> MutableMapping[str, Row]:
        """Open a table."""
        return Rows(self._db, name)

    def close(self) -> None:
        """Close the database."""
        self._db.close()
