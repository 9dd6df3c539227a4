"""Facts of ledgers and calls, each under its key, and the cursors of whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import or_, select

from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.history.tables import cursors, facts
from harness.model.facts import Cursor, KeptFact

_CHUNK = 500


def record_facts(history: History, found: Sequence[KeptFact], cursors_after: Iterable[Cursor] = ()) -> int:
    """Store facts and how far reading has come, in one transaction; return how many facts.

    Whoever dies in between has neither, so that nothing is skipped and nothing counted twice.
    """
    with history.writing() as connection:
        for start in range(0, len(found), _CHUNK):
            rows = [
                {field.name: getattr(one, field.name) for field in fields(KeptFact)}
                for one in found[start : start + _CHUNK]
            ]
            row = insert_into(connection, facts).values(rows)
            again = {name: row.excluded[name] for name in ("source", "at", "body", "is_open")}
            key = [facts.c.environment, facts.c.kind, facts.c.key]
            connection.execute(row.on_conflict_do_update(index_elements=key, set_=again))
        for one in cursors_after:
            values = {field.name: getattr(one, field.name) for field in fields(Cursor)}
            put = insert_into(connection, cursors).values(values)
            kept = {name: values[name] for name in ("value", "at", "problem")}
            connection.execute(
                put.on_conflict_do_update(index_elements=[cursors.c.environment, cursors.c.name], set_=kept)
            )
    return len(found)


def facts_since(
    history: History, since: datetime, until: datetime | None = None, *, environment: str = "", kind: str = ""
) -> tuple[KeptFact, ...]:
    """Return the facts of [since, until), and those that are open, oldest first."""
    wanted = select(facts).where(or_(facts.c.at >= since, facts.c.is_open))
    wanted = wanted.where(facts.c.at < until) if until is not None else wanted
    wanted = wanted.where(facts.c.environment == environment) if environment else wanted
    wanted = wanted.where(facts.c.kind == kind) if kind else wanted
    with history.reading() as connection:
        return tuple(as_value(KeptFact, row) for row in connection.execute(wanted.order_by(facts.c.at, facts.c.key)))


def open_facts(history: History, environment: str, kind: str, limit: int) -> tuple[KeptFact, ...]:
    """Return facts of a kind that may still change, the oldest first, a bounded number."""
    wanted = select(facts).where(facts.c.environment == environment, facts.c.kind == kind, facts.c.is_open)
    with history.reading() as connection:
        rows = connection.execute(wanted.order_by(facts.c.at, facts.c.key).limit(limit))
        return tuple(as_value(KeptFact, row) for row in rows)


def facts_of(history: History, environment: str, kind: str, keys: Sequence[str]) -> dict[str, KeptFact]:
    """Return what is known under some keys."""
    found: dict[str, KeptFact] = {}
    with history.reading() as connection:
        for start in range(0, len(keys), _CHUNK):
            wanted = select(facts).where(
                facts.c.environment == environment, facts.c.kind == kind, facts.c.key.in_(keys[start : start + _CHUNK])
            )
            found |= {row.key: as_value(KeptFact, row) for row in connection.execute(wanted)}
    return found


def cursors_of(history: History, environment: str = "") -> tuple[Cursor, ...]:
    """Return how far reading has come, of one environment or of all."""
    wanted = select(cursors).order_by(cursors.c.environment, cursors.c.name)
    wanted = wanted.where(cursors.c.environment == environment) if environment else wanted
    with history.reading() as connection:
        return tuple(as_value(Cursor, row) for row in connection.execute(wanted))
