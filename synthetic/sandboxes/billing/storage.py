"""Billing on disk: one SQLite database of objects, jobs, deliveries and kept answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from synthetic.sandboxes.billing.values import Record
from synthetic.sandboxes.crashing import AFTER, BEFORE, crash_point
from synthetic.sandboxes.durable import open_database

_SCHEMA = """
create table if not exists object (
    number integer primary key, id text not null unique, kind text not null, customer text not null,
    created integer not null, version integer not null, body text not null);
create index if not exists object_by_kind on object (kind, number);
create index if not exists object_by_customer on object (kind, customer, number);
create table if not exists sequence (name text primary key, value integer not null);
create table if not exists job (
    number integer primary key, due integer not null, clock text not null, kind text not null, object text not null);
create index if not exists job_by_due on job (clock, due, number);
create table if not exists answer (
    key text primary key, operation text not null, digest text not null, at integer not null, status integer not null,
    body text not null);
create table if not exists delivery (
    number integer primary key, event text not null, endpoint text not null, due integer not null,
    attempts integer not null, state text not null, status integer not null);
create index if not exists delivery_by_due on delivery (state, due, number);
create table if not exists seen (name text primary key);
"""


@dataclass(frozen=True, slots=True)
class Job:
    """Work that falls due at a time: seconds since 1970, on the clock with that id ("" for the real one)."""

    number: int
    due: int
    clock: str
    kind: str
    object: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook endpoint."""

    number: int
    event: str
    endpoint: str
    due: int
    attempts: int
    state: str
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer kept under an idempotency key."""

    operation: str
    digest: str
    status: int
    body: Record


class Storage:
    """One SQLite database; every change happens inside `transaction`."""

    def __init__(self, database: str = ":memory:") -> None:
        """Open or create `database`, a path or ":memory:"."""
        self._db = open_database(database, _SCHEMA)
        self._depth = 0

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self, name: str = "billing.request", *, keep: bool = True) -> Iterator[None]:
        """Make everything inside durable together, or nothing of it; `name` is that of its crash points.

        Inner ones undo their own part on an error. With `keep=False` nothing stays even on success: what a preview
        needs.
        """
        point = f"p{self._depth}"
        self._db.execute(f"savepoint {point}" if self._depth else "begin immediate")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._undo(point)
            raise
        if not keep:
            self._undo(point)
            return
        self._depth -= 1
        if self._depth:
            self._db.execute(f"release {point}")
            return
        crash_point(name, BEFORE)
        self._db.execute("commit")
        crash_point(name, AFTER)

    def _undo(self, point: str) -> None:
        self._depth -= 1
        if self._depth:
            self._db.execute(f"rollback to {point}")
            self._db.execute(f"release {point}")
        else:
            self._db.execute("rollback")

    def next(self, name: str) -> int:
        """Return the next number of a series, from 1."""
        (value,) = self._db.execute(
            "insert into sequence values (?, 1) on conflict (name) do update set value = value + 1 returning value",
            (name,),
        ).fetchone()
        return int(value)

    def put(self, record: Record) -> Record:
        """Store an object under its id, keeping its place in lists."""
        owner = record.get("customer")
        self._db.execute(
            "insert into object (id, kind, customer, created, version, body) values (?, ?, ?, ?, 1, ?)"
            " on conflict (id) do update set body = excluded.body, customer = excluded.customer, version = version + 1",
            (
                record["id"],
                record["object"],
                owner if isinstance(owner, str) else "",
                record.get("created", 0),
                json.dumps(record),
            ),
        )
        return record

    def get(self, identifier: str) -> Record | None:
        """Return an object, None if there is none."""
        found = self._db.execute("select body from object where id = ?", (identifier,)).fetchone()
        return _record(found[0]) if found else None

    def version(self, identifier: str) -> int:
        """Return how often an object was stored."""
        found = self._db.execute("select version from object where id = ?", (identifier,)).fetchone()
        return int(found[0]) if found else 0

    def drop(self, identifier: str) -> None:
        """Remove an object for good."""
        self._db.execute("delete from object where id = ?", (identifier,))

    def all(self, kind: str, *, customer: str = "", newest_first: bool = False) -> list[Record]:
        """Return the objects of a kind in the order they came into being."""
        order = "desc" if newest_first else "asc"
        if customer:
            found = self._db.execute(
                f"select body from object where kind = ? and customer = ? order by number {order}",  # noqa: S608
                (kind, customer),
            )
        else:
            found = self._db.execute(
                f"select body from object where kind = ? order by number {order}",  # noqa: S608  (two fixed words)
                (kind,),
            )
        return [_record(body) for (body,) in found]

    def since(self, kind: str, number: int) -> list[tuple[int, Record]]:
        """Return the objects of a kind that came into being after a place in the list, each with its own place."""
        found = self._db.execute(
            "select number, body from object where kind = ? and number > ? order by number", (kind, number)
        )
        return [(place, _record(body)) for place, body in found]

    def schedule(self, due: int, clock: str, kind: str, identifier: str) -> None:
        """Remember work for later."""
        self._db.execute(
            "insert into job (due, clock, kind, object) values (?, ?, ?, ?)", (due, clock, kind, identifier)
        )

    def due_job(self, clock: str, until: int) -> Job | None:
        """Return the earliest job due at or before `until` on a clock; a new phase comes before its renewal."""
        found = self._db.execute(
            "select number, due, clock, kind, object from job where clock = ? and due <= ?"
            " order by due, kind <> 'phase', number limit 1",
            (clock, until),
        ).fetchone()
        return Job(*found) if found else None

    def next_due(self) -> int | None:
        """Return when the next job of the real clock or the next delivery falls due, None if there is none."""
        (job,) = self._db.execute("select min(due) from job where clock = ''").fetchone()
        (delivery,) = self._db.execute("select min(due) from delivery where state = 'pending'").fetchone()
        times = [int(time) for time in (job, delivery) if time is not None]
        return min(times) if times else None

    def done(self, job: Job) -> None:
        """Forget a job that was done."""
        self._db.execute("delete from job where number = ?", (job.number,))

    def cancel_jobs(self, identifier: str, kinds: Sequence[str]) -> None:
        """Forget what was planned for an object."""
        self._db.executemany("delete from job where object = ? and kind = ?", [(identifier, kind) for kind in kinds])

    def answer(self, key: str) -> Answer | None:
        """Return the answer kept under a key."""
        found = self._db.execute("select operation, digest, status, body from answer where key = ?", (key,)).fetchone()
        return Answer(found[0], found[1], found[2], _record(found[3])) if found else None

    def keep(self, key: str, answer: Answer, at: int) -> None:
        """Keep an answer under its key."""
        self._db.execute(
            "insert or replace into answer values (?, ?, ?, ?, ?, ?)",
            (key, answer.operation, answer.digest, at, answer.status, json.dumps(answer.body)),
        )

    def forget_answers(self, before: int) -> None:
        """Forget answers kept before a time."""
        self._db.execute("delete from answer where at < ?", (before,))

    def first_time(self, name: str) -> bool:
        """Whether something with this name was never seen before; it is from now on."""
        return self._db.execute("insert or ignore into seen values (?)", (name,)).rowcount == 1

    def add_delivery(self, event: str, endpoint: str, due: int) -> None:
        """Plan one event for one endpoint."""
        self._db.execute(
            "insert into delivery (event, endpoint, due, attempts, state, status) values (?, ?, ?, 0, 'pending', 0)",
            (event, endpoint, due),
        )

    def set_delivery(self, delivery: Delivery) -> None:
        """Record what became of a delivery."""
        self._db.execute(
            "update delivery set due = ?, attempts = ?, state = ?, status = ? where number = ?",
            (delivery.due, delivery.attempts, delivery.state, delivery.status, delivery.number),
        )

    def count(self, kind: str) -> int:
        """Return how many objects of a kind there are."""
        (found,) = self._db.execute("select count(*) from object where kind = ?", (kind,)).fetchone()
        return int(found)

    def count_deliveries(self, state: str) -> int:
        """Return how many deliveries are in a state."""
        (found,) = self._db.execute("select count(*) from delivery where state = ?", (state,)).fetchone()
        return int(found)

    def deliveries(self, until: int | None = None) -> list[Delivery]:
        """Return pending deliveries due at or before a time, all of any state without one."""
        columns = "select number, event, endpoint, due, attempts, state, status from delivery"
        if until is None:
            return [Delivery(*row) for row in self._db.execute(f"{columns} order by number")]
        found = self._db.execute(f"{columns} where state = 'pending' and due <= ? order by due, number", (until,))
        return [Delivery(*row) for row in found]


def _record(body: str) -> Record:
    value: Record = json.loads(body)
    return value
