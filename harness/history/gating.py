"""Verdicts of the gate, one row each time it judged."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from harness.history.rows import as_value
from harness.history.store import History
from harness.history.tables import gate_verdicts
from harness.model.gating import GateVerdict
from harness.model.verdicts import Decision, Verdict

_LISTS = ("contracts", "rules", "refused_by", "consumers")


def record_verdict(history: History, verdict: GateVerdict) -> GateVerdict:
    """Store what the gate said, at the time of the store."""
    values = {field.name: getattr(verdict, field.name) for field in fields(GateVerdict) if field.name != "id"}
    values |= {name: list(values[name]) for name in _LISTS}
    values |= {"decision": verdict.decision.value, "verdict": verdict.verdict.value}
    with history.writing() as connection:
        values["at"] = history.now(connection)
        return _verdict(connection.execute(insert(gate_verdicts).values(values).returning(gate_verdicts)).one())


def verdicts_since(history: History, since: datetime, until: datetime | None = None) -> tuple[GateVerdict, ...]:
    """Return the verdicts of [since, until), oldest first."""
    wanted = select(gate_verdicts).where(gate_verdicts.c.at >= since)
    wanted = wanted.where(gate_verdicts.c.at < until) if until is not None else wanted
    with history.reading() as connection:
        rows = connection.execute(wanted.order_by(gate_verdicts.c.at, gate_verdicts.c.id))
        return tuple(_verdict(row) for row in rows)


def _verdict(row: Row[Any]) -> GateVerdict:
    lists = {name: tuple(map(str, getattr(row, name) or ())) for name in _LISTS}
    return as_value(GateVerdict, row, decision=Decision(row.decision), verdict=Verdict(row.verdict), **lists)
