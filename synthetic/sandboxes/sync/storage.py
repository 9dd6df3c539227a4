"""Inbox, state, outbox, exceptions and audit trail of the sync middleware, in one SQLite database."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_SCHEMA = """
create table if not exists inbox (
    number integer primary key, event_id text not null unique, kind text not null, lane text not null,
    object_id text not null, version integer not null, body text not null, due real not null,
    tries integer not null default 0, state text not null default 'waiting');
create index if not exists inbox_by_lane on inbox (state, lane, number);
create table if not exists applied (object_id text, kind text, version integer not null, primary key (object_id, kind));
create table if not exists document (id text primary key, kind text not null, body text not null);
create table if not exists outbox (number integer primary key, kind text not null, object_id text not null,
    body text not null, at real not null);
create table if not exists exception (
    number integer primary key, event_id text not null, object_id text not null, category text not null,
    code text not null, message text not null, opened real not null, closed real);
create table if not exists delivery (event_id text not null, at real not null, effect text not null);
create table if not exists setting (name text primary key, value text not null);
create table if not exists audit (at real not null, what text not null, subject text not null, detail text not null);
"""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event that was taken in and is waiting, done, held or dropped."""

    number: int
    event_id: str
    kind: str
    lane: str
    object_id: str
    version: int
    body: dict[str, Any]
    due: float
    tries: int
    state: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of the exception queue."""

    event_id: str
    object_id: str
    category: str
    code: str
    message: str
    opened: float
    closed: float | None


class Storage:
    """One database; every change is inside `transaction`."""

    def __init__(self, database: str = ":memory:") -> None:
        """Open or create it."""
        self._db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(f"begin; {_SCHEMA} commit;")
        # whoever takes events in and whoever applies them share the connection, so one waits for the other
        self._turn = threading.RLock()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside durable together, or nothing of it."""
        with self._turn:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def take_in(self, event: Inbound) -> bool:
        """Put an event into the inbox; False if its id is there already."""
        done = self._db.execute(
            "insert or ignore into inbox (event_id, kind, lane, object_id, version, body, due)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (event.event_id, event.kind, event.lane, event.object_id, event.version, json.dumps(event.body), event.due),
        )
        return done.rowcount == 1

    def next_due(self) -> float | None:
        """Return when the next lane head is due, None if nothing waits."""
        (found,) = self._db.execute(
            "select min(due) from inbox where number in (select min(number) from inbox"
            " where state in ('waiting', 'held') group by lane) and state = 'waiting'"
        ).fetchone()
        return None if found is None else float(found)

    def head(self, until: float) -> Inbound | None:
        """Return the first event that is due and has none of its lane before it."""
        found = self._db.execute(
            "select * from inbox where number in (select min(number) from inbox where state in ('waiting', 'held')"
            " group by lane) and state = 'waiting' and due <= ? order by due, number limit 1",
            (until,),
        ).fetchone()
        if found is None:
            return None
        number, event_id, kind, lane, object_id, version, body, due, tries, state = found
        return Inbound(number, event_id, kind, lane, object_id, version, json.loads(body), due, tries, state)

    def unpark(self, lane: str) -> None:
        """Try again what waits in a lane for something that had to come first."""
        self._db.execute("update inbox set state = 'waiting' where lane = ? and state = 'parked'", (lane,))

    def parked_until(self, at: float) -> None:
        """Try again what was parked and is due."""
        self._db.execute("update inbox set state = 'waiting' where state = 'parked' and due <= ?", (at,))

    def next_parked(self) -> float | None:
        """Return when the first parked event is due."""
        (found,) = self._db.execute("select min(due) from inbox where state = 'parked'").fetchone()
        return None if found is None else float(found)

    def park(self, number: int, due: float) -> None:
        """Let an event wait for something that must come first; its lane goes on without it."""
        self._db.execute(
            "update inbox set state = 'parked', due = ?, tries = tries + 1 where number = ?", (due, number)
        )

    def setting(self, name: str, otherwise: str = "") -> str:
        """Return a kept setting."""
        found = self._db.execute("select value from setting where name = ?", (name,)).fetchone()
        return str(found[0]) if found else otherwise

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting."""
        self._db.execute(
            "insert into setting values (?, ?) on conflict (name) do update set value = excluded.value", (name, value)
        )

    def set_state(self, number: int, state: str) -> None:
        """Mark an event `done`, `stale`, `held` or `waiting`."""
        self._db.execute("update inbox set state = ? where number = ?", (state, number))

    def put_off(self, number: int, due: float) -> None:
        """Try an event again later."""
        self._db.execute("update inbox set due = ?, tries = tries + 1 where number = ?", (due, number))

    def release(self, event_id: str, due: float) -> bool:
        """Let a held event be tried again; its exception is closed."""
        found = self._db.execute(
            "update inbox set state = 'waiting', due = ?, tries = 0 where event_id = ? and state = 'held'",
            (due, event_id),
        )
        self._db.execute("update exception set closed = ? where event_id = ? and closed is null", (due, event_id))
        return found.rowcount == 1

    def applied(self, object_id: str, kind: str) -> int:
        """Return the highest version applied to an object, 0 if none."""
        found = self._db.execute(
            "select version from applied where object_id = ? and kind = ?", (object_id, kind)
        ).fetchone()
        return int(found[0]) if found else 0

    def set_applied(self, object_id: str, kind: str, version: int) -> None:
        """Remember the highest version applied."""
        self._db.execute(
            "insert into applied values (?, ?, ?) on conflict do update set version = max(version, excluded.version)",
            (object_id, kind, version),
        )

    def keep(self, kind: str, document: dict[str, Any]) -> None:
        """Keep a canonical document, for those that refer to it."""
        self._db.execute(
            "insert or replace into document values (?, ?, ?)", (document["id"], kind, json.dumps(document))
        )

    def document(self, identifier: str | None) -> dict[str, Any] | None:
        """Return a kept document."""
        found = self._db.execute("select body from document where id = ?", (identifier or "",)).fetchone()
        return dict(json.loads(found[0])) if found else None

    def send(self, kind: str, object_id: str, body: dict[str, Any], at: float) -> None:
        """Put a canonical event into the outbox."""
        self._db.execute(
            "insert into outbox (kind, object_id, body, at) values (?, ?, ?, ?)",
            (kind, object_id, json.dumps(body), at),
        )

    def outbox(self, after: int = 0) -> list[tuple[int, str, str, dict[str, Any]]]:
        """Return what was sent after a number."""
        found = self._db.execute(
            "select number, kind, object_id, body from outbox where number > ? order by number", (after,)
        )
        return [(number, kind, object_id, json.loads(body)) for number, kind, object_id, body in found]

    def open_exception(self, problem: Problem) -> None:
        """Open a row of the exception queue, once per event."""
        self._db.execute(
            "insert into exception (event_id, object_id, category, code, message, opened) select ?, ?, ?, ?, ?, ?"
            " where not exists (select 1 from exception where event_id = ? and closed is null)",
            (
                problem.event_id,
                problem.object_id,
                problem.category,
                problem.code,
                problem.message,
                problem.opened,
                problem.event_id,
            ),
        )

    def exceptions(self, object_id: str = "", *, only_open: bool = True) -> list[Problem]:
        """Return the exception queue."""
        found = self._db.execute(
            "select event_id, object_id, category, code, message, opened, closed from exception"
            " where (? = '' or object_id = ?) and (? = 0 or closed is null) order by number",
            (object_id, object_id, int(only_open)),
        )
        return [Problem(*row) for row in found]

    def count_delivery(self, event_id: str, at: float, effect: str) -> None:
        """Count a delivery: `new`, `duplicate` or `stale`."""
        self._db.execute("insert into delivery values (?, ?, ?)", (event_id, at, effect))

    def deliveries(self, event_id: str = "") -> list[tuple[str, float, str]]:
        """Return deliveries."""
        return list(self._db.execute("select * from delivery where ? = '' or event_id = ?", (event_id, event_id)))

    def record(self, at: float, what: str, subject: str, detail: str = "") -> None:
        """Write one line of the audit trail."""
        self._db.execute("insert into audit values (?, ?, ?, ?)", (at, what, subject, detail))

    def event(self, event_id: str) -> dict[str, Any] | None:
        """Return the body of an event that was taken in."""
        found = self._db.execute("select body from inbox where event_id = ?", (event_id,)).fetchone()
        return dict(json.loads(found[0])) if found else None

    def event_of(self, object_id: str, kind: str) -> dict[str, Any] | None:
        """Return the body of the newest event of an object."""
        found = self._db.execute(
            "select body from inbox where object_id = ? and kind = ? order by number desc limit 1", (object_id, kind)
        ).fetchone()
        return dict(json.loads(found[0])) if found else None

    def effects_of(self, object_id: str, kind: str) -> list[str]:
        """Return how each delivery of an object's events of one kind was taken."""
        found = self._db.execute(
            "select effect from delivery join inbox using (event_id) where object_id = ? and kind = ?",
            (object_id, kind),
        )
        return [effect for (effect,) in found]

    def backlog(self) -> int:
        """Return how many events are not done."""
        (found,) = self._db.execute(
            "select count(*) from inbox where state in ('waiting', 'held', 'parked')"
        ).fetchone()
        return int(found)
