"""Maintenance windows: who holds alerts back, why, and until when."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.history.tables import windows
from harness.model import UsageError
from harness.model.monitoring import MaintenanceWindow

LONGEST = timedelta(days=7)
"""A longer silence is not maintenance."""


def open_window(history: History, window: MaintenanceWindow, *, longest: timedelta = LONGEST) -> MaintenanceWindow:
    """Enter a window; an empty id gets one.

    Raises:
        UsageError: No owner, no reason, an end that is not after its start, or longer than `longest`.
    """
    if not window.owner.strip() or not window.reason.strip():
        raise UsageError("a maintenance window needs an owner and a reason", remedy="Say who answers for it and why.")
    if not window.starts < window.ends <= window.starts + longest:
        raise UsageError(
            f"a maintenance window ends after it starts and within {longest.days} days",
            remedy="Give an end; enter another window when this one is over.",
        )
    with history.writing() as connection:
        values = {
            "id": window.id or uuid.uuid4().hex[:12],
            "environment": window.environment,
            "owner": window.owner,
            "reason": window.reason,
            "starts": window.starts,
            "ends": window.ends,
            "probes": list(window.probes),
            "created_by": window.created_by or window.owner,
            "created": history.now(connection),
        }
        row = insert_into(connection, windows).values(values).on_conflict_do_nothing().returning(windows)
        stored = connection.execute(row).first()
    if stored is None:
        raise UsageError(f'there is a window "{window.id}" already', remedy="Leave the id out.")
    return _window(stored)


def close_window(history: History, window: str, at: datetime | None = None) -> bool:
    """End a window early, now or at `at`; False if it is over already or there is none."""
    with history.writing() as connection:
        end = at or history.now(connection)
        ended = update(windows).where(windows.c.id == window, windows.c.ends > end).values(ends=end)
        return connection.execute(ended).rowcount > 0


def windows_between(
    history: History, since: datetime, until: datetime, environment: str = ""
) -> tuple[MaintenanceWindow, ...]:
    """Return the windows that share any time with [since, until), by start."""
    wanted = select(windows).where(windows.c.starts < until, windows.c.ends > since).order_by(windows.c.starts)
    wanted = wanted.where(windows.c.environment == environment) if environment else wanted
    with history.reading() as connection:
        return tuple(_window(row) for row in connection.execute(wanted))


def windows_at(history: History, at: datetime, environment: str = "") -> tuple[MaintenanceWindow, ...]:
    """Return the windows that hold at one moment."""
    return windows_between(history, at, at + timedelta(microseconds=1), environment)


def _window(row: Row[Any]) -> MaintenanceWindow:
    return as_value(MaintenanceWindow, row, probes=tuple(row.probes or ()))
