"""SQLite as every system of a sandbox uses it, and what durable means there.

A commit survives the end of its process, however that ends: with a write-ahead log nothing more than `synchronous =
normal` is needed for that, and every recovery that is shown here is from the death of a process. It does not survive a
power cut: the log is flushed at checkpoints only, so that the last moments of one system may be gone while another has
kept them. `full` would close that. Measured on an ext4 virtual disk, a commit takes 0.02 ms with `normal` and 4 ms with
`full` (median of 3 x 400 commits of 900 bytes; 95 in 100 within 0.04 and 12 ms); a subscription from its beginning to a
posted and paid invoice is 52 commits in four systems, so it would spend 0.2 s on flushing. What a sandbox holds is made
up, and empty again after `sandbox reset`: nobody is owed it after a power cut. Books that are owed belong into the
history store (`harness.history`), which is `full`, or into PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from synthetic.sandboxes.crashing import AFTER, BEFORE, crash_point

IN_MEMORY = ":memory:"


def open_database(path: str, schema: str = "") -> sqlite3.Connection:
    """Open or create a database, and make the tables of `schema` that are not there, all or none.

    Its connection may be used by any thread; its owner decides whose turn it is.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = normal")
    if schema:
        db.executescript(f"begin; {schema} commit;")
    return db


@contextmanager
def transaction(name: str, begin: Callable[[], object], end: Callable[[str], object]) -> Iterator[None]:
    """Make everything inside durable together, or nothing of it.

    Args:
        name: Of its crash points.
        begin: Begins it.
        end: Ends it: `commit` or `rollback`.
    """
    begin()
    try:
        yield
    except BaseException:
        end("rollback")
        raise
    crash_point(name, BEFORE)
    end("commit")
    crash_point(name, AFTER)
