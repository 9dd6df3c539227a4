"""Leases of slots: many runners share the work, and none plays a slot twice.

Every time is the database's: a runner whose clock is wrong neither steals a lease nor holds one too long.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update

from harness.history.rows import as_value, insert_into
from harness.history.store import History, HistoryError
from harness.history.tables import runners, slots
from harness.model import JSON
from harness.model.monitoring import Lease, Runner, Slot


class LostLeaseError(HistoryError):
    """A lease ran out and another runner took the slot over, or it was finished already."""


def claim_slot(history: History, slot: Slot, owner: str, seconds: float) -> Lease | None:
    """Take the right to play a slot for `seconds`; None if another holds it or it was played to its end.

    A lease that ran out is taken over under the next attempt: its holder was killed or is stuck.
    """
    with history.writing() as connection:
        now = history.now(connection)
        expires = now + timedelta(seconds=seconds)
        claim = insert_into(connection, slots).values(
            probe=slot.probe, environment=slot.environment, slot=slot.slot, owner=owner, attempt=1, expires=expires
        )
        row = connection.execute(
            claim.on_conflict_do_update(
                index_elements=[slots.c.probe, slots.c.environment, slots.c.slot],
                set_={"owner": owner, "expires": expires, "attempt": slots.c.attempt + 1},
                where=and_(slots.c.finished_at.is_(None), slots.c.expires <= now),
            ).returning(slots)
        ).first()
        return None if row is None else _lease(row)


def renew_slot(history: History, lease: Lease, seconds: float) -> Lease:
    """Hold a slot longer, from now on.

    Raises:
        LostLeaseError: Another runner took it over.
    """
    with history.writing() as connection:
        now = history.now(connection)
        expires = now + timedelta(seconds=seconds)
        held = update(slots).where(*_held(lease)).values(expires=expires).returning(slots.c.attempt)
        if connection.execute(held).first() is None:
            raise _lost(lease)
    return replace(lease, expires=expires)


def finish_slot(history: History, lease: Lease) -> None:
    """Say that a slot was played to its end; `record_run` does it with the run.

    Raises:
        LostLeaseError: Another runner took it over.
    """
    with history.writing() as connection:
        close_lease(connection, lease, history.now(connection))


def release_slot(history: History, lease: Lease) -> None:
    """Give a slot back unplayed, so that another runner may take it at once; nothing happens if it is lost."""
    with history.writing() as connection:
        connection.execute(update(slots).where(*_held(lease)).values(expires=history.now(connection)))


def slot_state(history: History, slot: Slot) -> Lease | None:
    """Return who holds or held a slot, None if nobody took it yet."""
    with history.reading() as connection:
        row = connection.execute(select(slots).where(*_is(slot))).first()
        return None if row is None else _lease(row)


def abandoned_slots(history: History) -> tuple[Lease, ...]:
    """Return the slots whose lease ran out before they were finished: to be claimed again."""
    with history.reading() as connection:
        gone = and_(slots.c.finished_at.is_(None), slots.c.expires <= history.now(connection))
        return tuple(_lease(row) for row in connection.execute(select(slots).where(gone).order_by(slots.c.expires)))


def last_slots(history: History, environment: str = "") -> dict[tuple[str, str], str]:
    """Return the greatest slot anybody took, by (probe, environment): where a schedule goes on after a restart."""
    wanted = select(slots.c.probe, slots.c.environment, slots.c.slot).order_by(slots.c.slot)
    wanted = wanted.where(slots.c.environment == environment) if environment else wanted
    with history.reading() as connection:
        return {(row.probe, row.environment): row.slot for row in connection.execute(wanted)}


def forget_slots(history: History, before: datetime) -> int:
    """Drop finished leases that ended before a time; return how many."""
    with history.writing() as connection:
        return connection.execute(delete(slots).where(slots.c.finished_at < before)).rowcount


def close_lease(connection: Connection, lease: Lease, now: datetime) -> None:
    """Finish a slot inside a transaction that is under way.

    Raises:
        LostLeaseError: Another runner took it over, or it was finished already.
    """
    done = update(slots).where(*_held(lease)).values(finished_at=now).returning(slots.c.attempt)
    if connection.execute(done).first() is None:
        raise _lost(lease)


def beat(history: History, runner: str, details: JSON = None) -> datetime:
    """Say that a runner is alive; return the database's time."""
    with history.writing() as connection:
        now = history.now(connection)
        row = insert_into(connection, runners).values(name=runner, started=now, seen=now, details=details)
        connection.execute(
            row.on_conflict_do_update(index_elements=[runners.c.name], set_={"seen": now, "details": details})
        )
        return now


def live_runners(history: History, within_seconds: float = 120) -> tuple[Runner, ...]:
    """Return the runners heard of lately; none of them means that an order stays in the queue."""
    with history.reading() as connection:
        since = history.now(connection) - timedelta(seconds=within_seconds)
        rows = connection.execute(select(runners).where(runners.c.seen >= since).order_by(runners.c.name))
        return tuple(as_value(Runner, row) for row in rows)


def _is(slot: Slot) -> tuple[ColumnElement[bool], ...]:
    return (slots.c.probe == slot.probe, slots.c.environment == slot.environment, slots.c.slot == slot.slot)


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """Match the slot while this lease is the newest: an expired one still counts until somebody takes over."""
    return (
        *_is(lease.slot),
        slots.c.owner == lease.owner,
        slots.c.attempt == lease.attempt,
        slots.c.finished_at.is_(None),
    )


def _lease(row: Row[Any]) -> Lease:
    return as_value(Lease, row, slot=Slot(row.probe, row.environment, row.slot))


def _lost(lease: Lease) -> LostLeaseError:
    return LostLeaseError(
        f"{lease.owner} no longer holds the slot {lease.slot.slot} of {lease.slot.probe} in {lease.slot.environment}",
        remedy="Another runner took it over; nothing of this attempt is kept. Lengthen the lease if this is often.",
    )
