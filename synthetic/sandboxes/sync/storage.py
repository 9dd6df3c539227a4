"""Inbox, state, outbox, exceptions and audit trail of the sync middleware, in one SQLite database."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from synthetic.sandboxes.durable import open_database, transaction
from synthetic.sandboxes.sync.queue import SCHEMA, Problem, Queue

_SCHEMA = """
create table if not exists inbox (
    number integer primary key, event_id text not null unique, kind text not null, lane text not null,
    object_id text not null, version integer not null, body text not null, due real not null,
    tries integer not null default 0, state text not null default 'waiting', queue text not null default '',
    replay text not null default '');
create index if not exists inbox_by_lane on inbox (state, lane, number);
create table if not exists applied (object_id text, kind text, version integer not null, primary key (object_id, kind));
create table if not exists document (id text primary key, kind text not null, body text not null);
create table if not exists outbox (number integer primary key, kind text not null, object_id text not null,
    body text not null, at real not null);
create index if not exists outbox_by_object on outbox (object_id);
create table if not exists published (
    number integer primary key, event_id text not null unique, address text not null, body text not null);
create table if not exists delivery (event_id text not null, at real not null, effect text not null);
create table if not exists setting (name text primary key, value text not null);
"""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event that was taken in and is waiting, parked, done, stale or held.

    `lane` keeps order, `queue` is what an operator can pause (legal entity and object), `replay` names the replay that
    sends it again.
    """

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
    queue: str = ""
    replay: str = ""


class Storage:
    """One database; every change is inside `transaction`."""

    def __init__(self, database: str = ":memory:") -> None:
        """Open or create it."""
        self._db = open_database(database, _SCHEMA + SCHEMA)
        self.queue = Queue(self._db)
        # whoever takes events in and whoever applies them share the connection, so one waits for the other
        self._turn = threading.RLock()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """Make everything inside durable together, or nothing of it; `name` is that of its crash points."""
        with self._turn:
            if self._db.in_transaction:
                yield
                return
            with transaction(name, lambda: self._db.execute("begin immediate"), self._db.execute):
                yield

    def take_in(self, event: Inbound) -> bool:
        """Put an event into the inbox; False if its id is there already."""
        done = self._db.execute(
            "insert or ignore into inbox (event_id, kind, lane, object_id, version, body, due, queue, state)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.event_id,
                event.kind,
                event.lane,
                event.object_id,
                event.version,
                json.dumps(event.body),
                event.due,
                event.queue,
                event.state,
            ),
        )
        return done.rowcount == 1

    def next_due(self) -> float | None:
        """Return when the next lane head is due, None if nothing waits."""
        (found,) = self._db.execute(
            "select min(due) from inbox where number in (select min(number) from inbox"
            " where state in ('waiting', 'held') group by lane) and state = 'waiting'"
            " and queue not in (select lane from pause)"
        ).fetchone()
        return None if found is None else float(found)

    def head(self, until: float) -> Inbound | None:
        """Return the first event that is due and has none of its lane before it."""
        found = self._db.execute(
            "select * from inbox where number in (select min(number) from inbox where state in ('waiting', 'held')"
            " group by lane) and state = 'waiting' and due <= ? and queue not in (select lane from pause)"
            " order by due, number limit 1",
            (until,),
        ).fetchone()
        if found is None:
            return None
        return _inbound(found)

    def inbound(self, object_id: str) -> list[Inbound]:
        """Return every event of an object, in the order of its versions."""
        found = self._db.execute("select * from inbox where object_id = ? order by version, number", (object_id,))
        return [_inbound(row) for row in found]

    def again(self, number: int, due: float, replay: str) -> None:
        """Let an event be applied once more, as part of a replay."""
        self._db.execute(
            "update inbox set state = 'waiting', due = ?, tries = 0, replay = ? where number = ?", (due, replay, number)
        )

    def replay_of(self, number: int) -> str:
        """Return the replay that an event is part of now, "" if none."""
        (found,) = self._db.execute("select replay from inbox where number = ?", (number,)).fetchone()
        return str(found)

    def left_of(self, replay: str) -> int:
        """Return how many events of a replay are not applied yet."""
        (found,) = self._db.execute(
            "select count(*) from inbox where replay = ? and state in ('waiting', 'parked')", (replay,)
        ).fetchone()
        return int(found)

    def waiting(self) -> list[tuple[str, int, float]]:
        """Return per queue how many events wait, and the time of the oldest."""
        found = self._db.execute(
            "select queue, count(*), min(due) from inbox where state in ('waiting', 'parked', 'held') group by queue"
        )
        return [(queue, int(number), float(due)) for queue, number, due in found]

    def queues(self) -> list[str]:
        """Return every queue that ever held an event."""
        return [queue for (queue,) in self._db.execute("select distinct queue from inbox order by queue")]

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
        """Let a held event be tried again."""
        found = self._db.execute(
            "update inbox set state = 'waiting', due = ?, tries = 0 where event_id = ? and state = 'held'",
            (due, event_id),
        )
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

    def outbox(self, after: int = 0) -> list[tuple[int, str, str, dict[str, Any], float]]:
        """Return what was sent after a number: number, kind, object id, body, time."""
        found = self._db.execute(
            "select number, kind, object_id, body, at from outbox where number > ? order by number", (after,)
        )
        return [(number, kind, object_id, json.loads(body), at) for number, kind, object_id, body, at in found]

    def lines(self, kind: str, object_id: str) -> list[tuple[int, dict[str, Any]]]:
        """Return the lines of the outbox of kinds like `kind` about an object, number and body."""
        found = self._db.execute(
            "select number, body from outbox where kind like ? and object_id = ? order by number", (kind, object_id)
        )
        return [(int(number), json.loads(body)) for number, body in found]

    def publish(self, event_id: str, address: str, body: str) -> None:
        """Keep an event of the bus, once."""
        self._db.execute(
            "insert into published (event_id, address, body) values (?, ?, ?) on conflict (event_id) do nothing",
            (event_id, address, body),
        )

    def published(self, address: str = "") -> list[str]:
        """Return the events of a channel of the bus, or all."""
        found = self._db.execute(
            "select body from published where ? = '' or address = ? order by number", (address, address)
        )
        return [body for (body,) in found]

    def published_after(self, place: int, address: str = "") -> tuple[int, str, str] | None:
        """Return the next event of a channel of the bus after a number: number, address, body."""
        found = self._db.execute(
            "select number, address, body from published where number > ? and (? = '' or address = ?)"
            " order by number limit 1",
            (place, address, address),
        ).fetchone()
        return None if found is None else (int(found[0]), str(found[1]), str(found[2]))

    def exceptions(self, object_id: str = "", *, only_open: bool = True) -> list[Problem]:
        """Return the exception queue."""
        return self.queue.problems(object_id, only_open=only_open)

    def count_delivery(self, event_id: str, at: float, effect: str) -> None:
        """Count a delivery: `new`, `duplicate` or `stale`."""
        self._db.execute("insert into delivery values (?, ?, ?)", (event_id, at, effect))

    def deliveries(self, event_id: str = "") -> list[tuple[str, float, str]]:
        """Return deliveries."""
        return list(self._db.execute("select * from delivery where ? = '' or event_id = ?", (event_id, event_id)))

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

    def came_again(self, object_id: str, kind: str, mark: str) -> bool:
        """Return whether an event whose id ends with `mark` came, or without a mark, one that was there before."""
        if not mark:
            return "duplicate" in self.effects_of(object_id, kind)
        found = self._db.execute("select event_id from inbox where object_id = ? and kind = ?", (object_id, kind))
        return any(event_id.endswith(mark) for (event_id,) in found)

    def deliveries_after(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return deliveries after a number, each with what its event is about."""
        found = self._db.execute(
            "select delivery.rowid, event_id, delivery.at, effect, kind, object_id, queue, body from delivery"
            " join inbox using (event_id) where delivery.rowid > ? order by delivery.rowid limit ?",
            (number, limit),
        )
        return [
            {
                "number": row,
                "event": event_id,
                "at": at,
                "effect": effect,
                "type": kind,
                "object": object_id,
                "entity": queue.partition(":")[0],
                **self._origin(json.loads(body)),
            }
            for row, event_id, at, effect, kind, object_id, queue, body in found
        ]

    def waiting_exceptions(self, limit: int) -> list[dict[str, Any]]:
        """Return open rows of the exception queue, each with whether its event is synthetic."""
        rows = []
        for one in self.exceptions()[:limit]:
            names = ("event_id", "object_id", "category", "code", "opened", "amount", "currency", "legal_entity")
            rows.append({name: getattr(one, name) for name in names} | self._origin(self.event(one.event_id) or {}))
        return rows

    def _origin(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return when an event was first sent, and whether a probe made what it is about, or what it belongs to."""
        found = (event.get("data") or {}).get("object") or {}
        created = event.get("created")
        marks = [(found.get("metadata") or {}).get("synthetic"), found.get("synthetic")]
        for name in ("invoice", "charge", "customer"):
            document = self.document(found.get(name)) if isinstance(found.get(name), str) else None
            marks.append((document or {}).get("synthetic"))
        return {
            "created": int(created) if isinstance(created, int) else 0,
            "synthetic": any(str(one).lower() == "true" for one in marks),
        }

    def backlog(self) -> int:
        """Return how many events are not done."""
        (found,) = self._db.execute(
            "select count(*) from inbox where state in ('waiting', 'held', 'parked')"
        ).fetchone()
        return int(found)


def _inbound(row: tuple[Any, ...]) -> Inbound:
    number, event_id, kind, lane, object_id, version, body, *rest = row
    return Inbound(number, event_id, kind, lane, object_id, version, json.loads(body), *rest)
