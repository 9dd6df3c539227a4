"""From new runs to messages: reads what no one has judged yet, keeps the alerts, says what is due.

One runner at a time does this for an environment (a lease holds the others off), so that two of them cannot open the
same alert twice. Runs are marked as judged in the same transaction that stores the alerts: a runner that dies here
leaves nothing half counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from harness.catalog import Category
from harness.history.alerts import alerts_since, measurements_since, record_measurements
from harness.history.judging import settle_alerts, unjudged_runs
from harness.history.runs import latest_runs, runs_since
from harness.history.slots import claim_slot, release_slot
from harness.history.store import History
from harness.history.windows import windows_at
from harness.metrics.objectives import ProbeTarget
from harness.model import HarnessError
from harness.model.monitoring import Alert, AlertState, Measurement, Slot
from harness.model.runs import Run, RunVerdict
from synthetic.monitor.alerting import Event, after_run, after_silence, remembering, told, with_causes
from synthetic.monitor.canary import (
    CATEGORY,
    MISSED,
    ORIGIN,
    TOLD,
    Canary,
    after_canary,
    after_deadline,
    after_telling,
    is_drill,
    over,
    seconds_to_tell,
)
from synthetic.monitor.grouping import Dependencies
from synthetic.monitor.notices import Notice, due, said
from synthetic.monitor.real import Real, after_real
from synthetic.monitor.rules import BUDGET_SPAN, TICKET_SPAN, Past, Signal, judge, silence
from synthetic.monitor.schedule import Schedule

ADOPTED = "monitor.adopted"
PASSED_ONCE = "monitor.first_pass"
LOCK = "#alerts"
_LOCK_SECONDS = 120
_RECOVERY_DAYS = timedelta(days=7)
_ALERTING = ("schedule", "request")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_RECENT = 6

_UNNAMED = ProbeTarget(Fraction(99, 100), BUDGET_SPAN)

Send = Callable[[Notice], None]


@dataclass(frozen=True, slots=True)
class Watcher:
    """What judging needs to know beside the history.

    Attributes:
        history: The store.
        runner: Name of this runner.
        schedules: What ought to run.
        started: When this runner began: nobody is silent before that.
        observe: How long a new environment is only observed.
        targets: Share of conclusive runs that must pass, and over how long, by probe, from the objectives of the
            catalog; "" is for those that none names.
        target: The same where there are no objectives.
        dependencies: Which system stands before which.
        categories: Who acts first, and the procedure.
        send: Tells somebody; raises if nobody was reached.
        canary: What is wrong on purpose once a day, None for nothing.
        real: What real business means now, by environment; asked only where ledgers are read.
    """

    history: History
    runner: str
    schedules: Sequence[Schedule]
    started: datetime
    send: Send
    observe: timedelta = timedelta(days=14)
    targets: Mapping[str, ProbeTarget] = field(default_factory=dict)
    target: ProbeTarget = _UNNAMED
    dependencies: Dependencies = field(default_factory=Dependencies)
    categories: Sequence[Category] = ()
    canary: Canary | None = None
    real: Callable[[str, datetime], Real] = field(default=lambda _environment, _now: Real((), known=False))

    @property
    def environments(self) -> tuple[str, ...]:
        """Environments that something is scheduled in."""
        return tuple(sorted({one.environment for one in self.schedules}))

    def target_of(self, probe: str) -> ProbeTarget:
        """Return the share of its conclusive runs that a probe must pass, and over how long that is counted."""
        return self.targets.get(probe) or self.targets.get("") or self.target

    def observing(self, environment: str) -> datetime | None:
        """Return until when an environment is only observed; None if it was never seen, or never is observed."""
        if self.observe <= timedelta():
            return None
        found = [
            one.at
            for one in measurements_since(self.history, ADOPTED, _BEGINNING)
            if dict(one.attributes).get("environment") == environment
        ]
        return min(found) + self.observe if found else None


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one round.

    Attributes:
        judged: Runs that were judged.
        sent: Messages that reached somebody.
        unsent: Messages that did not, and why; they are tried again.
    """

    judged: int = 0
    sent: tuple[Notice, ...] = ()
    unsent: tuple[tuple[Notice, str], ...] = ()


def adopt(watcher: Watcher, now: datetime) -> None:
    """Remember when each environment was first watched; observe mode is counted from then."""
    known = {
        dict(one.attributes).get("environment") for one in measurements_since(watcher.history, ADOPTED, _BEGINNING)
    }
    new = [one for one in watcher.environments if one not in known]
    record_measurements(
        watcher.history, [Measurement(ADOPTED, now, 1, "probe", (("environment", one),)) for one in new]
    )


def watch(watcher: Watcher, environment: str, now: datetime) -> Watched | None:
    """Judge what is new in one environment and say what is due; None if another runner is at it."""
    lock = claim_slot(watcher.history, Slot(LOCK, environment, "lock"), watcher.runner, _LOCK_SECONDS)
    if lock is None:
        return None
    try:
        judged = _judged(watcher, environment, now)
        return _told(watcher, environment, now, judged)
    finally:
        release_slot(watcher.history, lock)


def _judged(watcher: Watcher, environment: str, now: datetime) -> int:
    runs = unjudged_runs(watcher.history, environment)
    before = _alerts(watcher, environment, now)
    alerts = tuple(alert for alert in before if alert.state is not AlertState.CLOSED)
    closed: list[Alert] = []
    passes = _passes(watcher, environment)
    for run in runs:
        if run.origin == ORIGIN:
            alerts = after_canary(alerts, run, _held(run))
        if run.origin not in _ALERTING:
            continue
        if run.verdict is RunVerdict.PASSED:
            passes = _with_pass(watcher, run, passes)
        after = after_run(alerts, _event(watcher, run, passes))
        closed += [alert for alert in after if alert.state is AlertState.CLOSED]
        alerts = tuple(alert for alert in after if alert.state is not AlertState.CLOSED)
    silent = _silent(watcher, environment, passes, now)
    alerts = after_silence(alerts, environment, silent, now, held=_held_now(watcher, environment, now))
    alerts, over_now = _after_deadline(watcher, environment, alerts, now)
    held = _held_now(watcher, environment, now)
    alerts, settled = after_real(alerts, environment, watcher.real(environment, now), now, held=held)
    closed += [*over_now, *settled]
    drills = [
        alert for alert in alerts if alert.category in {CATEGORY, MISSED}
    ]  # explained by nothing, explain nothing
    others = [_named(alert, watcher.categories) for alert in alerts if alert not in drills]
    alerts = (*with_causes(others, watcher.dependencies), *drills)
    known = {alert.id: alert for alert in before}
    changed = [one for one in (*closed, *alerts) if not one.id or known.get(one.id) != one]
    if changed or runs:
        settle_alerts(watcher.history, changed, runs)
    return len(runs)


def _told(watcher: Watcher, environment: str, now: datetime, judged: int) -> Watched:
    sent, unsent = [], []
    for notice in due(_alerts(watcher, environment, now), now):
        try:
            watcher.send(notice)
        except HarnessError as error:
            unsent.append((notice, error.message))
            continue
        after = said(notice)
        if is_drill(notice.alert):
            after = after_telling(after, now)
            attributes = (("environment", environment), ("run", notice.alert.run))
            took = Measurement(TOLD, now, seconds_to_tell(notice.alert, now), "probe", attributes)
            record_measurements(watcher.history, [took])
        settle_alerts(watcher.history, [after], ())
        sent.append(notice)
    return Watched(judged, tuple(sent), tuple(unsent))


def canary_missed(watcher: Watcher, now: datetime) -> datetime | None:
    """Return the planned time of a canary of which nobody was told in time; None if all is well, or none is played."""
    if watcher.canary is None:
        return None
    rows = measurements_since(watcher.history, TOLD, now - _RECOVERY_DAYS)
    mine = [one.at for one in rows if dict(one.attributes).get("environment") == watcher.canary.schedule.environment]
    return watcher.canary.missed(now, watcher.started, max(mine, default=None))


def _after_deadline(
    watcher: Watcher, environment: str, alerts: tuple[Alert, ...], now: datetime
) -> tuple[tuple[Alert, ...], list[Alert]]:
    """Return the alerts with the alarm of a missed canary, or without one that is over, and what is over."""
    if watcher.canary is None or watcher.canary.schedule.environment != environment:
        return alerts, []
    planned = canary_missed(watcher, now)
    if planned is not None:
        return after_deadline(alerts, watcher.canary, planned, now, _held_now(watcher, environment, now)), []
    rows = measurements_since(watcher.history, TOLD, now - _RECOVERY_DAYS)
    newest = max((one.at for one in rows if dict(one.attributes).get("environment") == environment), default=None)
    done = [one for one in alerts if one.category == MISSED and newest is not None and newest > one.seen]
    return tuple(one for one in alerts if one not in done), [over(one, now) for one in done]


def _alerts(watcher: Watcher, environment: str, now: datetime) -> tuple[Alert, ...]:
    found = alerts_since(watcher.history, now - _RECOVERY_DAYS)
    return tuple(alert for alert in found if alert.environment == environment)


def _event(watcher: Watcher, run: Run, passes: frozenset[str]) -> Event:
    if run.verdict is RunVerdict.PASSED:
        return Event(run, None)
    signal = judge(past_of(watcher, run, passes), run.started + timedelta(seconds=run.seconds))
    return Event(run, signal, _held(run))


def _held(run: Run) -> str:
    if run.maintenance:
        return f"maintenance {run.maintenance}"
    return "observe mode" if run.observed else ""


def _held_now(watcher: Watcher, environment: str, now: datetime) -> str:
    until = watcher.observing(environment)
    if until is not None and now < until:
        return "observe mode"
    window = next((one for one in windows_at(watcher.history, now, environment) if not one.probes), None)
    return f"maintenance {window.id}" if window else ""


def past_of(watcher: Watcher, run: Run, passes: frozenset[str]) -> Past:
    """Return what the rules may look at when `run` is judged: it and what was before it."""
    recent = [one for one in latest_runs(watcher.history, run.probe, run.environment, _RECENT) if _counts(one, run)]
    since = run.started - TICKET_SPAN
    names = {(one.id, one.attempt) for one in recent}
    older = runs_since(watcher.history, since, run.started, probe=run.probe, environment=run.environment, steps=False)
    rest = [one for one in reversed(older) if (one.id, one.attempt) not in names and _counts(one, run)]
    merged = sorted((*recent, *rest), key=lambda one: one.started, reverse=True)
    others = [one for one in merged if (one.id, one.attempt) != (run.id, run.attempt)]
    target = watcher.target_of(run.probe)
    return Past(
        runs=[run, *others],
        ever_passed=run.probe in passes,
        target=target.share,
        interval=_interval(watcher, run.probe, run.environment, run.started),
        span=target.window,
    )


def _counts(one: Run, judged: Run) -> bool:
    """Whether a run is among the past of another: not later, and neither maintenance nor drill."""
    return one.started <= judged.started and not one.maintenance and one.origin in _ALERTING


def _interval(watcher: Watcher, probe: str, environment: str, now: datetime) -> timedelta:
    for schedule in watcher.schedules:
        if (schedule.probe, schedule.environment) == (probe, environment):
            return schedule.interval(now)
    return timedelta(hours=1)


def _silent(watcher: Watcher, environment: str, passes: frozenset[str], now: datetime) -> list[tuple[str, Signal]]:
    found = []
    for schedule in watcher.schedules:
        if schedule.environment != environment:
            continue
        recent = latest_runs(watcher.history, schedule.probe, environment, _RECENT)
        target = watcher.target_of(schedule.probe)
        past = Past(recent, schedule.probe in passes, target.share, schedule.interval(now), target.window)
        signal = silence(past, now, schedule.probe, watcher.started)
        if signal is not None:
            found.append((schedule.probe, signal))
    return found


def _passes(watcher: Watcher, environment: str) -> frozenset[str]:
    """Return the probes that have ever passed in an environment; kept apart from runs, which are rolled up."""
    found = (dict(one.attributes) for one in measurements_since(watcher.history, PASSED_ONCE, _BEGINNING))
    return frozenset(one["probe"] for one in found if one.get("environment") == environment)


def _with_pass(watcher: Watcher, run: Run, passes: frozenset[str]) -> frozenset[str]:
    if run.probe in passes:
        return passes
    attributes = (("environment", run.environment), ("probe", run.probe))
    record_measurements(watcher.history, [Measurement(PASSED_ONCE, run.started, 1, "probe", attributes)])
    return passes | {run.probe}


def _named(alert: Alert, categories: Sequence[Category]) -> Alert:
    """Return an alert that knows who acts first, from the catalog's table."""
    if told(alert, "first_to_act"):
        return alert
    row = next((one for one in categories if one.name == alert.category), None)
    if row is None:
        return alert
    return remembering(replace(alert), first_to_act=row.first_to_act, procedure=row.recovery)
