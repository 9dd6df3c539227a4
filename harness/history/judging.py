"""Runs that nobody was told of yet, and the alerts that come of them: one transaction, so none is counted twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, insert, or_, select, update

from harness.history.alerts import ALERT_FIELDS
from harness.history.runs import runs_where
from harness.history.store import History
from harness.history.tables import alerts, runs
from harness.model.monitoring import Alert
from harness.model.runs import Run

_PART = 200


def unjudged_runs(history: History, environment: str, count: int = 500) -> tuple[Run, ...]:
    """Return the oldest runs of an environment from which no alert was derived yet, with their steps, in order."""
    open_ones = and_(runs.c.judged.is_(False), runs.c.environment == environment)
    return runs_where(history, select(runs).where(open_ones).order_by(runs.c.started, runs.c.id).limit(count))


def has_unjudged(history: History, environment: str) -> bool:
    """Whether there is any run of an environment from which no alert was derived yet."""
    with history.reading() as connection:
        wanted = select(runs.c.id).where(runs.c.judged.is_(False), runs.c.environment == environment).limit(1)
        return connection.execute(wanted).first() is not None


def settle_alerts(history: History, changed: Sequence[Alert], judged: Sequence[Run]) -> None:
    """Store alerts as they are now, and that these runs were judged; both or neither.

    Args:
        history: The store.
        changed: Alerts; a new row where `id` is 0.
        judged: Runs from which they were derived.
    """
    with history.writing() as connection:
        for alert in changed:
            values = {name: getattr(alert, name) for name in ALERT_FIELDS} | {"state": alert.state.value}
            if alert.id:
                connection.execute(update(alerts).where(alerts.c.id == alert.id).values(values))
            else:
                connection.execute(insert(alerts).values(values))
        for start in range(0, len(judged), _PART):
            names = [and_(runs.c.run == run.id, runs.c.attempt == run.attempt) for run in judged[start : start + _PART]]
            connection.execute(update(runs).where(or_(*names)).values(judged=True))
