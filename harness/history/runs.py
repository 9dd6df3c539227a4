"""Runs of probes with their steps, looks, evidence and leaks."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from harness.history import tables
from harness.history.columns import json_text
from harness.history.rows import as_value, insert_into
from harness.history.slots import close_lease
from harness.history.store import History
from harness.model import JSON
from harness.model.monitoring import Lease
from harness.model.runs import Difference, Leak, Look, Run, RunVerdict, Step

_RUN_FIELDS = (
    *("probe", "environment", "slot", "started", "seconds", "category", "entity", "owner", "origin", "runner"),
    *("detected_after", "reason", "calls", "assertions", "maintenance", "observed", "trace"),
)
_STEP_FIELDS = (
    *("title", "kind", "system", "operation", "started", "seconds", "category", "within", "retries"),
    *("request", "key", "reason", "trace"),
)
_LEAK_FIELDS = ("title", "system", "operation", "request", "key", "reason")


def record_run(history: History, run: Run, lease: Lease | None = None) -> Run:
    """Store a run whole, and return it with the attempt it was stored under.

    Args:
        history: The store.
        run: What was run.
        lease: The right to have played its slot: the slot is finished in the same transaction, so a slot has one
            run however many runners tried. Without it a repeated id is the next attempt.

    Raises:
        LostLeaseError: The lease ran out and another runner took over; nothing is stored.
    """
    with history.writing() as connection:
        attempt = run.attempt
        if lease is not None:
            close_lease(connection, lease, history.now(connection))
            attempt = lease.attempt
        elif (latest := _latest_attempt(connection, run.id)) >= attempt:
            attempt = latest + 1
        _insert(connection, run, attempt)
    return replace(run, attempt=attempt)


def run_of(history: History, run: str, attempt: int | None = None) -> Run | None:
    """Return one run with everything it left; the latest attempt unless one is named."""
    wanted = select(tables.runs).where(tables.runs.c.run == run)
    if attempt is not None:
        wanted = wanted.where(tables.runs.c.attempt == attempt)
    with history.reading() as connection:
        row = connection.execute(wanted.order_by(tables.runs.c.attempt.desc()).limit(1)).first()
        return None if row is None else _whole(connection, [row], looks=True)[0]


def runs_since(
    history: History,
    since: datetime,
    until: datetime | None = None,
    *,
    probe: str = "",
    environment: str = "",
    steps: bool = True,
) -> tuple[Run, ...]:
    """Return the runs that started in [since, until), oldest first; without `steps` they are headlines only.

    Looks are not read: `Step.look_count` has their number, and `run_of` reads them for one run.
    """
    wanted = select(tables.runs).where(tables.runs.c.started >= since).order_by(tables.runs.c.started, tables.runs.c.id)
    for column, value in ((tables.runs.c.probe, probe), (tables.runs.c.environment, environment)):
        wanted = wanted.where(column == value) if value else wanted
    wanted = wanted.where(tables.runs.c.started < until) if until is not None else wanted
    with history.reading() as connection:
        rows = connection.execute(wanted).all()
        return _whole(connection, rows, looks=False) if steps else tuple(_run(row, (), ()) for row in rows)


def latest_runs(history: History, probe: str, environment: str, count: int = 3) -> tuple[Run, ...]:
    """Return the last runs of a probe in an environment, newest first, with their steps."""
    wanted = (
        select(tables.runs)
        .where(tables.runs.c.probe == probe, tables.runs.c.environment == environment)
        .order_by(tables.runs.c.started.desc(), tables.runs.c.id.desc())
        .limit(count)
    )
    with history.reading() as connection:
        return _whole(connection, connection.execute(wanted).all(), looks=False)


def runs_where(history: History, wanted: Select[Any]) -> tuple[Run, ...]:
    """Return the runs that a query over the table of runs finds, in its order, with their steps; looks are not read."""
    with history.reading() as connection:
        return _whole(connection, connection.execute(wanted).all(), looks=False)


def open_leaks(history: History) -> tuple[Leak, ...]:
    """Return what is still to be undone, oldest first."""
    wanted = select(tables.leaks, tables.runs.c.run).join(tables.runs).where(tables.leaks.c.reaped_at.is_(None))
    with history.reading() as connection:
        return tuple(as_value(Leak, row) for row in connection.execute(wanted.order_by(tables.leaks.c.id)))


def mark_reaped(history: History, leak: Leak, *, undone: bool) -> None:
    """Count one try to undo a leak, and its end where it was undone."""
    with history.writing() as connection:
        changed: dict[str, object] = {"tries": tables.leaks.c.tries + 1}
        if undone:
            changed["reaped_at"] = history.now(connection)
        connection.execute(update(tables.leaks).where(tables.leaks.c.id == leak.id).values(**changed))


def _latest_attempt(connection: Connection, run: str) -> int:
    wanted = select(func.max(tables.runs.c.attempt)).where(tables.runs.c.run == run)
    return int(connection.execute(wanted).scalar() or 0)


def _insert(connection: Connection, run: Run, attempt: int) -> None:
    values = {name: getattr(run, name) for name in _RUN_FIELDS}
    values |= {"run": run.id, "attempt": attempt, "verdict": run.verdict.value}
    row = connection.execute(insert(tables.runs).values(values).returning(tables.runs.c.id)).scalar_one()
    for position, step in enumerate(run.steps):
        _insert_step(connection, row, position, step)
    if run.leaks:
        leaks = [{"run_id": row, **{name: getattr(leak, name) for name in _LEAK_FIELDS}} for leak in run.leaks]
        connection.execute(insert(tables.leaks), leaks)


def _insert_step(connection: Connection, run_id: int, position: int, step: Step) -> None:
    values = {name: getattr(step, name) for name in _STEP_FIELDS}
    values |= {
        "run_id": run_id,
        "position": position,
        "verdict": step.verdict.value,
        "look_count": max(step.look_count, len(step.looks)),
        "differences": [_difference_to_json(one) for one in step.differences] or None,
        "evidence": _keep(connection, step.evidence),
    }
    row = connection.execute(insert(tables.steps).values(values).returning(tables.steps.c.id)).scalar_one()
    if step.looks:
        looks = [
            {
                "step_id": row,
                "position": index,
                "at": look.at,
                "seconds": look.seconds,
                "outcome": look.outcome,
                "reason": look.reason,
            }
            for index, look in enumerate(step.looks)
        ]
        connection.execute(insert(tables.looks), looks)


def _keep(connection: Connection, content: JSON) -> str | None:
    """Store evidence once per content, and return its digest."""
    if content is None:
        return None
    sha = hashlib.sha256(json_text(content).encode()).hexdigest()
    row = insert_into(connection, tables.evidence).values(sha=sha, content=content)
    connection.execute(row.on_conflict_do_nothing())
    return sha


def _whole(connection: Connection, rows: Sequence[Row[Any]], *, looks: bool) -> tuple[Run, ...]:
    """Return runs with steps and leaks, in a few queries however many they are."""
    steps = _steps(connection, [row.id for row in rows], looks=looks)
    leaks: dict[int, list[Leak]] = defaultdict(list)
    names = {row.id: row.run for row in rows}
    for part in _parts(list(names)):
        wanted = select(tables.leaks).where(tables.leaks.c.run_id.in_(part)).order_by(tables.leaks.c.id)
        for row in connection.execute(wanted):
            leaks[row.run_id].append(as_value(Leak, row, run=names[row.run_id]))
    return tuple(_run(row, tuple(steps[row.id]), tuple(leaks[row.id])) for row in rows)


def _steps(connection: Connection, runs: Sequence[int], *, looks: bool) -> dict[int, list[Step]]:
    joined = tables.steps.outerjoin(tables.evidence, tables.steps.c.evidence == tables.evidence.c.sha)
    found: dict[int, list[Step]] = defaultdict(list)
    for part in _parts(runs):
        wanted = select(tables.steps, tables.evidence.c.content).select_from(joined)
        wanted = wanted.where(tables.steps.c.run_id.in_(part)).order_by(tables.steps.c.run_id, tables.steps.c.position)
        rows = connection.execute(wanted).all()
        seen = _looks(connection, [row.id for row in rows]) if looks else {}
        for row in rows:
            found[row.run_id].append(_step(row, tuple(seen.get(row.id, ()))))
    return found


def _looks(connection: Connection, steps: Sequence[int]) -> dict[int, list[Look]]:
    found: dict[int, list[Look]] = defaultdict(list)
    for part in _parts(steps):
        wanted = select(tables.looks).where(tables.looks.c.step_id.in_(part))
        for row in connection.execute(wanted.order_by(tables.looks.c.step_id, tables.looks.c.position)):
            found[row.step_id].append(as_value(Look, row))
    return found


def _run(row: Row[Any], steps: tuple[Step, ...], leaks: tuple[Leak, ...]) -> Run:
    return as_value(Run, row, id=row.run, verdict=RunVerdict(row.verdict), steps=steps, leaks=leaks)


def _step(row: Row[Any], looks: tuple[Look, ...]) -> Step:
    differences = tuple(Difference(**one) for one in row.differences or ())
    return as_value(
        Step, row, verdict=RunVerdict(row.verdict), differences=differences, looks=looks, evidence=row.content
    )


def _difference_to_json(one: Difference) -> dict[str, JSON]:
    return {
        "object": one.object,
        "field": one.field,
        "expected": one.expected,
        "seen": one.seen,
        "category": one.category,
        "fixed": one.fixed,
    }


def _parts(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    """Yield `ids` in parts that a statement takes as parameters."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
