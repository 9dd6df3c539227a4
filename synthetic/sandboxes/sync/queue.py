"""What an operator works with: the exception queue, lanes that are paused, and replays."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

SCHEMA = """
create table if not exists exception (
    number integer primary key, event_id text not null, object_id text not null, category text not null,
    code text not null, message text not null, opened real not null, closed real,
    object text not null, version integer not null, legal_entity text not null, amount integer, currency text,
    cause text not null default '', closed_by text not null default '');
create table if not exists pause (lane text primary key, reason text not null);
create table if not exists replay (
    number integer primary key, id text not null unique, target text not null, reason text not null, who text not null,
    requested real not null, completed real, sent integer not null default 0, skipped integer not null default 0,
    failed integer not null default 0, events text not null);
create table if not exists audit (at real not null, what text not null, subject text not null, detail text not null);
"""

UNKNOWN_ENTITY = "ZZ-00"
"""Stands where an event names no legal entity: `ZZ` is no country."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of the exception queue; times are seconds since 1970."""

    event_id: str
    object_id: str
    category: str
    code: str
    message: str
    opened: float
    closed: float | None
    object: str = "invoice"
    version: int = 1
    legal_entity: str = UNKNOWN_ENTITY
    amount: int | None = None
    currency: str | None = None
    cause: str = ""
    closed_by: str = ""
    number: int = 0

    @property
    def id(self) -> str:
        """The id people use."""
        return f"ex_{self.number}"


@dataclass(frozen=True, slots=True)
class Replay:
    """Facts that are sent again: those of `events`, in order."""

    id: str
    target: str
    reason: str
    who: str
    requested: float
    completed: float | None
    sent: int
    skipped: int
    failed: int
    events: tuple[str, ...]


_PROBLEM = (
    "event_id, object_id, category, code, message, opened, closed, object, version, legal_entity, amount, currency,"
    " cause, closed_by, number"
)
_REPLAY = "id, target, reason, who, requested, completed, sent, skipped, failed, events"


class Queue:
    """Exceptions, paused lanes, replays and the audit trail, in the database of the middleware."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Work on tables of SCHEMA."""
        self._db = db

    def open(self, problem: Problem) -> Problem | None:
        """Open a row, once per event; return it with its number, None if it was open."""
        known = self._db.execute(
            "select 1 from exception where event_id = ? and closed is null", (problem.event_id,)
        ).fetchone()
        if known:
            return None
        number = self._db.execute(
            "insert into exception (event_id, object_id, category, code, message, opened, object, version,"
            " legal_entity, amount, currency) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                problem.event_id,
                problem.object_id,
                problem.category,
                problem.code,
                problem.message,
                problem.opened,
                problem.object,
                problem.version,
                problem.legal_entity,
                problem.amount,
                problem.currency,
            ),
        ).lastrowid
        return self.problem(f"ex_{number}")

    def problems(self, object_id: str = "", *, only_open: bool = True) -> list[Problem]:
        """Return the exception queue, open ones first, oldest first."""
        found = self._db.execute(
            f"select {_PROBLEM} from exception where (? = '' or object_id = ?) and (? = 0 or closed is null)"  # noqa: S608  (own names)
            " order by closed is not null, number",
            (object_id, object_id, int(only_open)),
        )
        return [Problem(*row) for row in found]

    def problem(self, identifier: str) -> Problem | None:
        """Return one row by the id people use."""
        number = identifier.removeprefix("ex_")
        if not number.isdecimal() or len(number) > 15:
            return None
        found = self._db.execute(f"select {_PROBLEM} from exception where number = ?", (int(number),)).fetchone()  # noqa: S608  (own names)
        return Problem(*found) if found else None

    def close(self, event_id: str, at: float, cause: str, who: str) -> list[Problem]:
        """Close what is open for an event; return the rows that were."""
        found = [one for one in self.problems() if one.event_id == event_id]
        self._db.execute(
            "update exception set closed = ?, cause = ?, closed_by = ? where event_id = ? and closed is null",
            (at, cause, who, event_id),
        )
        return [one for one in map(self.problem, (row.id for row in found)) if one is not None]

    def pause(self, lane: str, reason: str) -> None:
        """Pause a lane: it keeps its order and sends nothing."""
        self._db.execute(
            "insert into pause values (?, ?) on conflict (lane) do update set reason = excluded.reason", (lane, reason)
        )

    def resume(self, lane: str) -> None:
        """Let a lane go on."""
        self._db.execute("delete from pause where lane = ?", (lane,))

    def paused(self) -> frozenset[str]:
        """Return the lanes that are paused."""
        return frozenset(lane for (lane,) in self._db.execute("select lane from pause"))

    def begin(self, replay: Replay) -> Replay:
        """Keep a new replay and return it with its id."""
        (count,) = self._db.execute("select count(*) from replay").fetchone()
        identifier = f"rp_{count + 1}"
        self._db.execute(
            "insert into replay (id, target, reason, who, requested, events) values (?, ?, ?, ?, ?, ?)",
            (identifier, replay.target, replay.reason, replay.who, replay.requested, json.dumps(replay.events)),
        )
        found = self.replay(identifier)
        if found is None:
            raise LookupError(identifier)
        return found

    def replay(self, identifier: str) -> Replay | None:
        """Return a replay."""
        found = self._db.execute(f"select {_REPLAY} from replay where id = ?", (identifier,)).fetchone()  # noqa: S608  (own names)
        if found is None:
            return None
        *facts, events = found
        return Replay(*[*facts, tuple(json.loads(events))])

    def count(self, identifier: str, what: str) -> None:
        """Count one fact of a replay as `sent`, `skipped` or `failed`."""
        column = {"sent": "sent", "skipped": "skipped", "failed": "failed"}[what]
        self._db.execute(f"update replay set {column} = {column} + 1 where id = ?", (identifier,))  # noqa: S608  (own names)

    def complete(self, identifier: str, at: float) -> None:
        """Mark a replay as done."""
        self._db.execute("update replay set completed = ? where id = ?", (at, identifier))

    def record(self, at: float, what: str, subject: str, detail: str = "") -> None:
        """Write one line of the audit trail."""
        self._db.execute("insert into audit values (?, ?, ?, ?)", (at, what, subject, detail))

    def audit(self) -> list[tuple[float, str, str, str]]:
        """Return the audit trail, oldest first."""
        return list(self._db.execute("select at, what, subject, detail from audit order by rowid"))

    def audit_after(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return lines of the audit trail after a number: what happened to which event, and when."""
        found = self._db.execute(
            "select rowid, at, what, subject from audit where rowid > ? order by rowid limit ?", (number, limit)
        )
        return [{"number": row, "at": at, "what": what, "event": subject} for row, at, what, subject in found]


def amount_of(found: dict[str, Any]) -> tuple[int | None, str | None]:
    """Return what is at stake in an object of billing: minor units and currency."""
    amount = found.get("total") if found.get("total") is not None else found.get("amount")
    currency = str(found.get("currency") or "").upper()
    return (int(amount) if isinstance(amount, int) else None), (currency if len(currency) == 3 else None)
