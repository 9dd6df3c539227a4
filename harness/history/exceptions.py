"""Exceptions of reconciliations, which live from run to run, and how much each run compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.history.tables import comparisons, exceptions
from harness.model.reconciliation import Comparison, ExceptionState, ReconciliationException

_FIELDS = tuple(field.name for field in fields(ReconciliationException))
_KEPT = {"key", "first_seen", "owner", "owned_at", "carried_from", "state", "reason"}
"""What a person or an earlier run said; finding it again does not change that."""


def record_comparison(history: History, comparison: Comparison, found: Sequence[ReconciliationException]) -> Comparison:
    """Store one run of a checkpoint for an entity and period: what it found, and what it no longer finds.

    An exception found again keeps its first sight, owner and acceptance; a closed one opens again; an open or accepted
    one of this checkpoint, entity and period that is not among `found` is closed.
    """
    with history.writing() as connection:
        before = _known(connection, comparison)
        opened = sum(before.get(one.key, ExceptionState.CLOSED.value) == ExceptionState.CLOSED.value for one in found)
        for one in found:
            _put(connection, one)
        gone = [key for key, state in before.items() if state != "closed" and key not in {one.key for one in found}]
        _close(connection, gone, comparison.at)
        left = [key for key, state in _known(connection, comparison).items() if state == ExceptionState.OPEN.value]
        values = {
            name: getattr(comparison, name)
            for name in ("checkpoint", "entity", "period", "at", "compared", "matched", "totals")
        }
        values |= {"opened": opened, "closed": len(gone), "open": len(left)}
        row = connection.execute(insert(comparisons).values(values).returning(comparisons)).one()
        return as_value(Comparison, row)


def open_exceptions(history: History, *, checkpoint: str = "", entity: str = "") -> tuple[ReconciliationException, ...]:
    """Return the exceptions that are not closed, oldest first."""
    wanted = select(exceptions).where(exceptions.c.state != ExceptionState.CLOSED.value)
    wanted = wanted.where(exceptions.c.checkpoint == checkpoint) if checkpoint else wanted
    wanted = wanted.where(exceptions.c.entity == entity) if entity else wanted
    with history.reading() as connection:
        rows = connection.execute(wanted.order_by(exceptions.c.first_seen, exceptions.c.key))
        return tuple(_exception(row) for row in rows)


def exceptions_since(history: History, since: datetime) -> tuple[ReconciliationException, ...]:
    """Return the exceptions that were open at `since` or later, oldest first."""
    late = (exceptions.c.state != ExceptionState.CLOSED.value) | (exceptions.c.closed_at >= since)
    with history.reading() as connection:
        rows = connection.execute(select(exceptions).where(late).order_by(exceptions.c.first_seen, exceptions.c.key))
        return tuple(_exception(row) for row in rows)


def assign_exception(history: History, key: str, owner: str) -> ReconciliationException | None:
    """Say who works on an exception; None if there is none of this key."""
    with history.writing() as connection:
        return _changed(connection, key, {"owner": owner, "owned_at": history.now(connection)})


def settle_exception(history: History, key: str, state: ExceptionState, reason: str) -> ReconciliationException | None:
    """Accept, close or open an exception by hand, with the reason; None if there is none of this key."""
    with history.writing() as connection:
        closed_at = history.now(connection) if state is ExceptionState.CLOSED else None
        return _changed(connection, key, {"state": state.value, "reason": reason, "closed_at": closed_at})


def comparisons_since(history: History, since: datetime, checkpoint: str = "") -> tuple[Comparison, ...]:
    """Return what was compared since, oldest first."""
    wanted = select(comparisons).where(comparisons.c.at >= since).order_by(comparisons.c.at, comparisons.c.id)
    wanted = wanted.where(comparisons.c.checkpoint == checkpoint) if checkpoint else wanted
    with history.reading() as connection:
        return tuple(as_value(Comparison, row) for row in connection.execute(wanted))


def _known(connection: Connection, run: Comparison) -> dict[str, str]:
    wanted = select(exceptions.c.key, exceptions.c.state).where(
        exceptions.c.checkpoint == run.checkpoint,
        exceptions.c.entity == run.entity,
        exceptions.c.period == run.period,
    )
    return {row.key: row.state for row in connection.execute(wanted)}


def _put(connection: Connection, one: ReconciliationException) -> None:
    values = {name: getattr(one, name) for name in _FIELDS} | {"state": one.state.value}
    row = insert_into(connection, exceptions).values(values)
    again = {name: value for name, value in values.items() if name not in _KEPT} | {"closed_at": None}
    connection.execute(row.on_conflict_do_update(index_elements=[exceptions.c.key], set_=again))
    back = update(exceptions).where(exceptions.c.key == one.key, exceptions.c.state == ExceptionState.CLOSED.value)
    connection.execute(back.values(state=ExceptionState.OPEN.value, reason=one.reason))


def _close(connection: Connection, keys: Sequence[str], at: datetime) -> None:
    for key in keys:
        gone = {"state": ExceptionState.CLOSED.value, "closed_at": at}
        connection.execute(update(exceptions).where(exceptions.c.key == key).values(gone))


def _changed(connection: Connection, key: str, values: dict[str, object]) -> ReconciliationException | None:
    wanted = update(exceptions).where(exceptions.c.key == key).values(**values).returning(exceptions)
    row = connection.execute(wanted).first()
    return None if row is None else _exception(row)


def _exception(row: Row[Any]) -> ReconciliationException:
    return as_value(ReconciliationException, row, state=ExceptionState(row.state))
