"""Alerts and measurements: what somebody was told, and what metrics count beside runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from harness.history.rows import as_value
from harness.history.store import History
from harness.history.tables import alerts, measurements
from harness.model.monitoring import Alert, AlertState, Measurement

ALERT_FIELDS = tuple(field.name for field in fields(Alert) if field.name != "id")


def save_alert(history: History, alert: Alert) -> Alert:
    """Store an alert: a new row where `id` is 0, else the state it has now."""
    values = {name: getattr(alert, name) for name in ALERT_FIELDS} | {"state": alert.state.value}
    with history.writing() as connection:
        if alert.id:
            wanted = update(alerts).where(alerts.c.id == alert.id).values(values).returning(alerts)
            return _alert(connection.execute(wanted).one())
        return _alert(connection.execute(insert(alerts).values(values).returning(alerts)).one())


def open_alert(history: History, key: str) -> Alert | None:
    """Return the alert of a key that is not closed."""
    wanted = select(alerts).where(alerts.c.key == key, alerts.c.state != AlertState.CLOSED.value)
    with history.reading() as connection:
        row = connection.execute(wanted.order_by(alerts.c.id.desc()).limit(1)).first()
        return None if row is None else _alert(row)


def open_alerts(history: History) -> tuple[Alert, ...]:
    """Return every alert that is not closed, oldest first."""
    wanted = select(alerts).where(alerts.c.state != AlertState.CLOSED.value).order_by(alerts.c.id)
    with history.reading() as connection:
        return tuple(_alert(row) for row in connection.execute(wanted))


def alerts_since(history: History, since: datetime) -> tuple[Alert, ...]:
    """Return the alerts that were open at `since` or later, oldest first."""
    late = (alerts.c.opened >= since) | (alerts.c.state != AlertState.CLOSED.value) | (alerts.c.closed_at >= since)
    with history.reading() as connection:
        return tuple(_alert(row) for row in connection.execute(select(alerts).where(late).order_by(alerts.c.id)))


def record_measurements(history: History, observed: Iterable[Measurement]) -> int:
    """Store observations, and return how many."""
    rows = [
        {"name": one.name, "at": one.at, "value": one.value, "source": one.source, "attributes": dict(one.attributes)}
        for one in observed
    ]
    if rows:
        with history.writing() as connection:
            connection.execute(insert(measurements), rows)
    return len(rows)


def measurements_since(
    history: History, name: str, since: datetime, until: datetime | None = None
) -> tuple[Measurement, ...]:
    """Return the observations of one metric in [since, until), oldest first."""
    wanted = select(measurements).where(measurements.c.name == name, measurements.c.at >= since)
    wanted = wanted.where(measurements.c.at < until) if until is not None else wanted
    with history.reading() as connection:
        rows = connection.execute(wanted.order_by(measurements.c.at, measurements.c.id))
        return tuple(
            as_value(Measurement, row, attributes=tuple(sorted((row.attributes or {}).items()))) for row in rows
        )


def _alert(row: Row[Any]) -> Alert:
    return as_value(Alert, row, state=AlertState(row.state))
