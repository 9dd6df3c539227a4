"""Who is told of a fault: the alerts of all probes that found it, one cause under one, as the monitor groups them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from harness.model.monitoring import Alert
from synthetic.monitor.alerting import key_of
from synthetic.monitor.grouping import Dependencies, grouped
from synthetic.monitor.recording import recorded
from synthetic.transaction import Run, RunVerdict

Told = Callable[[Sequence[Run]], list[int]]
"""Runs that found a fault -> places of those whose alert somebody is told of."""


def everyone(runs: Sequence[Run]) -> list[int]:
    """Return all places: where nothing is known of a landscape, no alert explains another."""
    return list(range(len(runs)))


def telling(dependencies: Dependencies) -> Told:
    """Return how runs become alerts: all begin together, and what another alert explains is kept under it."""

    def told(runs: Sequence[Run]) -> list[int]:
        opened: dict[str, tuple[int, Alert]] = {}
        for place, run in sorted(enumerate(runs), key=lambda one: one[1].detected_after or 0.0):
            alert = _alert_of(run)
            opened.setdefault(alert.key, (place, alert))
        causes = grouped([alert for _, alert in opened.values()], dependencies)
        return sorted(place for key, (place, _) in opened.items() if key not in causes)

    return told


def _alert_of(run: Run) -> Alert:
    step = run.failed_step
    system = step.call.port if step else ""
    # who does not answer, does not answer to any company
    entity = "" if run.verdict is RunVerdict.INCONCLUSIVE else recorded(run).entity
    at = run.started + timedelta(seconds=run.detected_after or 0.0)
    return Alert(key_of("matrix", entity, system, run.category), "matrix", entity, system, run.category, at, at)
