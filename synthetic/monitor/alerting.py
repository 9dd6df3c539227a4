"""The life of an alert: opened by a run, seen again, explained by another, closed by two passes. Pure: time is given.

An alert is deduplicated by environment, entity, system and category. It remembers the probes that showed it, and how
often each has passed since; it closes when each has passed twice. An alert of a probe that could not look closes
when it has looked twice, whatever it saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from harness.model import JSON
from harness.model.monitoring import Alert, AlertState
from harness.model.runs import Run, RunVerdict
from synthetic.monitor.grouping import Dependencies, grouped
from synthetic.monitor.rules import CANNOT_LOOK, CLOSING_PASSES, SILENT, Level, Signal, ended, entity_of, more_urgent


@dataclass(frozen=True, slots=True)
class Event:
    """One run and what it means.

    Attributes:
        run: The run.
        signal: What the rules say of it, None for nothing.
        held: Why nobody is told although it is wrong: a maintenance window, observe mode; "" if somebody is.
    """

    run: Run
    signal: Signal | None
    held: str = ""


def key_of(environment: str, entity: str, system: str, category: str) -> str:
    """Return what alerts are deduplicated by."""
    return "/".join(part or "-" for part in (environment, entity, system, category))


def after_run(alerts: Sequence[Alert], event: Event) -> tuple[Alert, ...]:
    """Return the open alerts of an environment after a run, those that it closed among them.

    Args:
        alerts: Alerts of that environment that are not closed.
        event: The run, its meaning, and whether it is held back.
    """
    if event.run.verdict is RunVerdict.PASSED:
        return tuple(_passed(alert, event.run) for alert in alerts)
    key, opening = _shown(event)
    is_conclusive = event.run.verdict is RunVerdict.FAILED
    found = []
    for alert in alerts:
        if alert.key == key:
            found.append(_seen_again(alert, event))
        elif is_conclusive and _is_about_looking(alert):
            found.append(_passed(alert, event.run))
        else:
            found.append(_not_over(alert, event.run))
    if opening is not None and all(alert.key != key for alert in alerts):
        found.append(opening)
    return tuple(found)


def after_silence(
    alerts: Sequence[Alert], environment: str, silent: Iterable[tuple[str, Signal]], now: datetime, *, held: str = ""
) -> tuple[Alert, ...]:
    """Return the alerts with one for the probes that do not look any more; all of them have one cause: one alert.

    Args:
        alerts: Alerts of that environment that are not closed.
        environment: Which one.
        silent: Probe and what the rules say of it.
        now: The time.
        held: Why nobody is told now, "" if somebody is.
    """
    blind = {name for one in alerts if _is_about_looking(one) and one.category != SILENT for name in probes_of(one)}
    named = {probe: signal for probe, signal in silent if probe not in blind}  # they look, and their owner knows
    if not named:
        return tuple(alerts)
    key = key_of(environment, "", "", SILENT)
    sentences = [signal.sentence for signal in named.values()]
    said = sentences[0] if len(named) == 1 else f"{len(named)} probes have not looked: {', '.join(sorted(named))}."
    first = next(iter(named.values()))
    current = next((alert for alert in alerts if alert.key == key), None)
    if current is None:
        details = _details(dict.fromkeys(named, 0), said, first.why, held=held)
        opened = Alert(key, environment, "", "", SILENT, now, now, level=Level.OWNER.value, details=details)
        return (*alerts, opened)
    probes = {**probes_of(current), **dict.fromkeys(named, 0)}
    again = remembering(replace(current, seen=now), probes=_json(probes), sentence=said, held=held)
    return tuple(again if alert is current else alert for alert in alerts)


def with_causes(alerts: Sequence[Alert], dependencies: Dependencies) -> tuple[Alert, ...]:
    """Return the alerts, each open one with the key of the open alert that explains it."""
    causes = grouped([alert for alert in alerts if alert.state is not AlertState.CLOSED], dependencies)
    return tuple(
        alert if alert.state is AlertState.CLOSED else replace(alert, cause=causes.get(alert.key, ""))
        for alert in alerts
    )


def owned(alert: Alert, owner: str, now: datetime) -> Alert:
    """Return an alert that somebody has taken: no more reminders."""
    return replace(alert, state=AlertState.OWNED, owner=owner, owned_at=now)


def probes_of(alert: Alert) -> dict[str, int]:
    """Return the probes that showed an alert, and how often each has passed since."""
    found = _read(alert).get("probes")
    rows = found.items() if isinstance(found, dict) else ()
    return {name: count for name, count in rows if isinstance(count, int)}


def told(alert: Alert, name: str) -> str:
    """Return a text that an alert remembers: `sentence`, `why`, `held`, `owner`, `level`, `recovery`."""
    found = _read(alert).get(name, "")
    return found if isinstance(found, str) else ""


def remembering(alert: Alert, **facts: JSON) -> Alert:
    """Return an alert that remembers more."""
    return replace(alert, details={**_read(alert), **facts})


def _shown(event: Event) -> tuple[str, Alert | None]:
    """Return the key that a run which did not pass has, and the alert it opens if it is bad enough."""
    run, signal = event.run, event.signal
    step = run.failed_step
    inconclusive = run.verdict is RunVerdict.INCONCLUSIVE
    category = run.category or (CANNOT_LOOK if inconclusive else "state")
    system = step.system if step else ""
    entity = "" if inconclusive else entity_of(run)
    key = key_of(run.environment, entity, system, category)
    if signal is None:
        return key, None
    details = _details({run.probe: 0}, signal.sentence, signal.why, held=event.held, owner=run.owner)
    at = ended(run)
    opened = Alert(
        key, run.environment, entity, system, category, at, at, level=signal.level.value, run=run.id, details=details
    )
    return key, opened


def _seen_again(alert: Alert, event: Event) -> Alert:
    signal = event.signal
    level = signal.level.value if signal and more_urgent(signal.level.value, alert.level) else alert.level
    facts: dict[str, JSON] = {"probes": _json({**probes_of(alert), event.run.probe: 0}), "held": event.held}
    if signal is not None:
        facts |= {"sentence": signal.sentence, "why": signal.why}
    again = replace(alert, seen=max(alert.seen, ended(event.run)), count=alert.count + 1, level=level, passes=0)
    return remembering(again, **facts)


def _passed(alert: Alert, run: Run) -> Alert:
    probes = probes_of(alert)
    if run.probe not in probes:
        return alert
    probes[run.probe] += 1
    passes = min(probes.values())
    after = remembering(replace(alert, passes=passes), probes=_json(probes))
    if passes < CLOSING_PASSES:
        return after
    at = ended(run)
    return remembering(
        replace(after, state=AlertState.CLOSED, closed_at=at, cause=""), recovery="due" if alert.notified else ""
    )


def _not_over(alert: Alert, run: Run) -> Alert:
    """Forget the passes of a probe that now fails under another name: that is no recovery."""
    probes = probes_of(alert)
    if not probes.get(run.probe):
        return alert
    return remembering(replace(alert, passes=0), probes=_json({**probes, run.probe: 0}))


def _is_about_looking(alert: Alert) -> bool:
    return alert.level == Level.OWNER.value


def _details(probes: dict[str, int], sentence: str, why: str, *, held: str = "", owner: str = "") -> JSON:
    return {"probes": _json(probes), "sentence": sentence, "why": why, "held": held, "owner": owner}


def _read(alert: Alert) -> dict[str, JSON]:
    return alert.details if isinstance(alert.details, dict) else {}


def _json(probes: dict[str, int]) -> JSON:
    return dict(sorted(probes.items()))
