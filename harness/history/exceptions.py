"""Exceptions of reconciliations, which live from run to run, and how much each run compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.history.tables import comparisons, exceptions
from harness.model import UsageError
from harness.model.reconciliation import Comparison, ExceptionState, ReconciliationException

_FIELDS = tuple(field.name for field in fields(ReconciliationException))
_KEPT = {"environment", "key", "first_seen", "owner", "owned_at", "carried_from", "state", "reason"}
"""What a person or an earlier run said; finding it again does not change that."""
_OLDEST_FIRST = (exceptions.c.first_seen, exceptions.c.environment, exceptions.c.key)
_OF_RUN = ("environment", "source", "checkpoint", "entity", "period", "at", "compared", "matched", "totals")


def record_comparison(history: History, comparison: Comparison, found: Sequence[ReconciliationException]) -> Comparison:
    """Store one run of a checkpoint for an entity and period: what it found, and what it no longer finds.

    An exception found again keeps its first sight, owner and acceptance; a closed one opens again; an open or accepted
    one of this environment, checkpoint, entity and period that is not among `found` is closed. What was found belongs
    to the environment and source of the comparison, whatever it says itself.
    """
    found = [replace(one, environment=comparison.environment, source=comparison.source) for one in found]
    with history.writing() as connection:
        before = _known(connection, comparison)
        opened = sum(before.get(one.key, ExceptionState.CLOSED.value) == ExceptionState.CLOSED.value for one in found)
        for one in found:
            _put(connection, one)
        gone = [key for key, state in before.items() if state != "closed" and key not in {one.key for one in found}]
        _close(connection, comparison.environment, gone, comparison.at)
        left = [key for key, state in _known(connection, comparison).items() if state == ExceptionState.OPEN.value]
        values = {name: getattr(comparison, name) for name in _OF_RUN}
        values |= {"opened": opened, "closed": len(gone), "open": len(left)}
        row = connection.execute(insert(comparisons).values(values).returning(comparisons)).one()
        return as_value(Comparison, row)


def open_exceptions(
    history: History, *, environment: str = "", checkpoint: str = "", entity: str = ""
) -> tuple[ReconciliationException, ...]:
    """Return the exceptions that are not closed, oldest first; of every environment, checkpoint, entity not named."""
    wanted = select(exceptions).where(exceptions.c.state != ExceptionState.CLOSED.value)
    wanted = wanted.where(exceptions.c.environment == environment) if environment else wanted
    wanted = wanted.where(exceptions.c.checkpoint == checkpoint) if checkpoint else wanted
    wanted = wanted.where(exceptions.c.entity == entity) if entity else wanted
    with history.reading() as connection:
        rows = connection.execute(wanted.order_by(*_OLDEST_FIRST))
        return tuple(_exception(row) for row in rows)


def exceptions_since(
    history: History, since: datetime, *, environment: str = ""
) -> tuple[ReconciliationException, ...]:
    """Return the exceptions that were open at `since` or later, oldest first; of all environments if none is named."""
    late = (exceptions.c.state != ExceptionState.CLOSED.value) | (exceptions.c.closed_at >= since)
    wanted = select(exceptions).where(late)
    wanted = wanted.where(exceptions.c.environment == environment) if environment else wanted
    with history.reading() as connection:
        rows = connection.execute(wanted.order_by(*_OLDEST_FIRST))
        return tuple(_exception(row) for row in rows)


def assign_exception(
    history: History, key: str, owner: str, *, environment: str = ""
) -> ReconciliationException | None:
    """Say who works on an exception; None if there is none of this key.

    Raises:
        UsageError: No environment is named, and several have one of this key.
    """
    with history.writing() as connection:
        values = {"owner": owner, "owned_at": history.now(connection)}
        return _changed(connection, key, environment, values)


def settle_exception(
    history: History, key: str, state: ExceptionState, reason: str, *, environment: str = ""
) -> ReconciliationException | None:
    """Accept, close or open an exception by hand, with the reason; None if there is none of this key.

    Raises:
        UsageError: No environment is named, and several have one of this key.
    """
    with history.writing() as connection:
        closed_at = history.now(connection) if state is ExceptionState.CLOSED else None
        values = {"state": state.value, "reason": reason, "closed_at": closed_at}
        return _changed(connection, key, environment, values)


def comparisons_since(
    history: History,
    since: datetime,
    checkpoint: str = "",
    *,
    environment: str = "",
    entity: str = "",
    period: str = "",
) -> tuple[Comparison, ...]:
    """Return what was compared since, oldest first; of all checkpoints, environments, ... of which none is named."""
    wanted = select(comparisons).where(comparisons.c.at >= since).order_by(comparisons.c.at, comparisons.c.id)
    wanted = wanted.where(comparisons.c.checkpoint == checkpoint) if checkpoint else wanted
    for column, value in (("environment", environment), ("entity", entity), ("period", period)):
        wanted = wanted.where(comparisons.c[column] == value) if value else wanted
    with history.reading() as connection:
        return tuple(as_value(Comparison, row) for row in connection.execute(wanted))


def _known(connection: Connection, run: Comparison) -> dict[str, str]:
    wanted = select(exceptions.c.key, exceptions.c.state).where(
        exceptions.c.environment == run.environment,
        exceptions.c.checkpoint == run.checkpoint,
        exceptions.c.entity == run.entity,
        exceptions.c.period == run.period,
    )
    return {row.key: row.state for row in connection.execute(wanted)}


def _put(connection: Connection, one: ReconciliationException) -> None:
    values = {name: getattr(one, name) for name in _FIELDS} | {"state": one.state.value}
    row = insert_into(connection, exceptions).values(values)
    again = {name: value for name, value in values.items() if name not in _KEPT} | {"closed_at": None}
    identity = [exceptions.c.environment, exceptions.c.key]
    connection.execute(row.on_conflict_do_update(index_elements=identity, set_=again))
    back = update(exceptions).where(
        exceptions.c.environment == one.environment,
        exceptions.c.key == one.key,
        exceptions.c.state == ExceptionState.CLOSED.value,
    )
    connection.execute(back.values(state=ExceptionState.OPEN.value, reason=one.reason))


def _close(connection: Connection, environment: str, keys: Sequence[str], at: datetime) -> None:
    for key in keys:
        gone = {"state": ExceptionState.CLOSED.value, "closed_at": at}
        this = (exceptions.c.environment == environment, exceptions.c.key == key)
        connection.execute(update(exceptions).where(*this).values(gone))


def _changed(
    connection: Connection, key: str, environment: str, values: Mapping[str, object]
) -> ReconciliationException | None:
    found = connection.execute(select(exceptions.c.environment).where(exceptions.c.key == key)).scalars().all()
    names = [one for one in found if not environment or one == environment]
    if len(names) > 1:
        raise UsageError(
            f"{key} is an exception of {', '.join(sorted(names))}", remedy="Name the environment that is meant."
        )
    if not names:
        return None
    this = (exceptions.c.environment == names[0], exceptions.c.key == key)
    return _exception(connection.execute(update(exceptions).where(*this).values(**values).returning(exceptions)).one())


def _exception(row: Row[Any]) -> ReconciliationException:
    return as_value(ReconciliationException, row, state=ExceptionState(row.state))
