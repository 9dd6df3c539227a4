"""Orders to the monitor: audited rows, executed once, kept after their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, exists, insert, select, update

from harness.history.rows import as_value
from harness.history.store import History
from harness.history.tables import requests, runners
from harness.model import JSON, UsageError
from harness.model.monitoring import Request, RequestState

_ENDS = (RequestState.DONE, RequestState.FAILED, RequestState.REFUSED)


def place_request(history: History, kind: str, payload: JSON, *, by: str, reason: str = "") -> Request:
    """Queue an order in somebody's name.

    Raises:
        UsageError: Nobody is named, or no kind.
    """
    if not by.strip() or not kind.strip():
        raise UsageError("an order needs a kind and who gave it", remedy="Say who you are.")
    with history.writing() as connection:
        values = {
            "kind": kind,
            "payload": payload,
            "by": by,
            "reason": reason,
            "placed": history.now(connection),
            "state": RequestState.QUEUED.value,
        }
        return _request(connection.execute(insert(requests).values(values).returning(requests)).one())


def take_request(history: History, runner: str, kinds: Sequence[str] = ()) -> Request | None:
    """Take the oldest queued order of these kinds (all if none is named), for this runner alone."""
    oldest = select(requests.c.id).where(requests.c.state == RequestState.QUEUED.value).order_by(requests.c.id).limit(1)
    oldest = oldest.where(requests.c.kind.in_(kinds)) if kinds else oldest
    if history.dialect == "postgresql":
        oldest = oldest.with_for_update(skip_locked=True)
    with history.writing() as connection:
        row = connection.execute(oldest).first()
        if row is None:
            return None
        taken = {"state": RequestState.TAKEN.value, "taken_by": runner, "taken_at": history.now(connection)}
        wanted = update(requests).where(requests.c.id == row.id).values(taken).returning(requests)
        return _request(connection.execute(wanted).one())


def finish_request(
    history: History, request: Request, answer: JSON = None, *, state: RequestState = RequestState.DONE
) -> Request | None:
    """End an order with what came of it; None if another runner has it by now.

    Raises:
        UsageError: `state` is no end.
    """
    if state not in _ENDS:
        raise UsageError(f"an order does not end as {state.value}", remedy="done, failed or refused")
    with history.writing() as connection:
        held = (
            requests.c.id == request.id,
            requests.c.state == RequestState.TAKEN.value,
            requests.c.taken_by == request.taken_by,
        )
        ended = {"state": state.value, "answer": answer, "finished_at": history.now(connection)}
        row = connection.execute(update(requests).where(*held).values(ended).returning(requests)).first()
        return None if row is None else _request(row)


def requeue_requests(history: History, silent_seconds: float = 120) -> int:
    """Queue again what was taken by a runner that nobody has heard of since; return how many."""
    with history.writing() as connection:
        since = history.now(connection) - timedelta(seconds=silent_seconds)
        alive = exists().where(runners.c.name == requests.c.taken_by, runners.c.seen >= since)
        lost = update(requests).where(requests.c.state == RequestState.TAKEN.value, requests.c.taken_at < since, ~alive)
        return connection.execute(lost.values(state=RequestState.QUEUED.value, taken_by="", taken_at=None)).rowcount


def request_of(history: History, number: int) -> Request | None:
    """Return one order."""
    with history.reading() as connection:
        row = connection.execute(select(requests).where(requests.c.id == number)).first()
        return None if row is None else _request(row)


def recent_requests(history: History, count: int = 100, *, state: RequestState | None = None) -> tuple[Request, ...]:
    """Return the last orders, newest first: the audit trail of what was asked of the monitor."""
    wanted = select(requests).order_by(requests.c.id.desc()).limit(count)
    wanted = wanted.where(requests.c.state == state.value) if state else wanted
    with history.reading() as connection:
        return tuple(_request(row) for row in connection.execute(wanted))


def _request(row: Row[Any]) -> Request:
    return as_value(Request, row, state=RequestState(row.state))
