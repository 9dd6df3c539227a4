"""Executes the orders that people place: audited rows of the request table, each once.

An order that this monitor does not know, or may not execute in that environment, ends as refused with the reason: it
never stays in the queue as if somebody were at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from harness.history.alerts import open_alert
from harness.history.exceptions import assign_exception
from harness.history.judging import settle_alerts
from harness.history.requests import finish_request, take_request
from harness.history.store import History
from harness.history.windows import close_window, open_window
from harness.model import JSON, HarnessError, UsageError
from harness.model.monitoring import MaintenanceWindow, Request, RequestState, Slot
from synthetic.monitor.alerting import owned
from synthetic.monitor.executors import Executor, Work
from synthetic.monitor.schedule import Schedule
from synthetic.transaction import seconds
from synthetic.transaction.running import run_id_of

Handler = Callable[[Request, Mapping[str, JSON]], JSON]
_MOST_AT_ONCE = 20


class RefusedOrderError(UsageError):
    """An order that is not executed here; the reason goes back to who placed it."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What orders are executed with.

    Attributes:
        history: The store.
        runner: Name of this runner.
        executor: Plays probes.
        schedules: Which probes there are, and where.
        now: Time of this runner.
        more: Handlers of an environment's own: `replay-event`, `reap`.
    """

    history: History
    runner: str
    executor: Executor
    schedules: tuple[Schedule, ...]
    now: Callable[[], datetime]
    more: Mapping[str, Handler] = field(default_factory=dict)

    def execute(self) -> int:
        """Execute what is queued, a bounded number at a time; return how many orders ended."""
        for count in range(_MOST_AT_ONCE):
            request = take_request(self.history, self.runner)
            if request is None:
                return count
            self._end(request)
        return _MOST_AT_ONCE

    def _end(self, request: Request) -> None:
        payload = request.payload if isinstance(request.payload, dict) else {}
        handler = self._handlers().get(request.kind, _unknown)
        try:
            answer, state = handler(request, payload), RequestState.DONE
        except UsageError as refused:
            answer, state = {"reason": refused.message, "remedy": refused.remedy}, RequestState.REFUSED
        except HarnessError as failed:
            answer, state = {"reason": failed.message, "remedy": failed.remedy}, RequestState.FAILED
        except Exception as bug:  # noqa: BLE001  (one bad order must not stop the monitor)
            answer, state = {"reason": f"{type(bug).__name__} in the monitor"}, RequestState.FAILED
        finish_request(self.history, request, answer, state=state)

    def _handlers(self) -> Mapping[str, Handler]:
        return {
            "run-probe": self._run_probe,
            "open-window": self._open_window,
            "close-window": self._close_window,
            "own-alert": self._own_alert,
            "assign-exception": self._assign_exception,
            **self.more,
        }

    def _run_probe(self, request: Request, payload: Mapping[str, JSON]) -> JSON:
        probe, environment = _text(payload, "probe"), _text(payload, "environment")
        known = next((one for one in self.schedules if (one.probe, one.environment) == (probe, environment)), None)
        if known is None:
            raise RefusedOrderError(f"this monitor runs no probe {probe} in {environment}")
        slot = Slot(probe, environment, f"request-{request.id}")
        self.executor.submit(Work(slot, "request" if known.origin == "schedule" else known.origin))
        return {"run": run_id_of(probe, slot.slot, environment), "slot": slot.slot}

    def _open_window(self, request: Request, payload: Mapping[str, JSON]) -> JSON:
        starts = _time(payload, "starts") if "starts" in payload else self.now()
        ends = _time(payload, "ends") if "ends" in payload else starts + _length(payload)
        probes = payload.get("probes")
        window = open_window(
            self.history,
            MaintenanceWindow(
                id=f"request-{request.id}",
                environment=_text(payload, "environment"),
                owner=_text(payload, "owner") if "owner" in payload else request.by,
                reason=_text(payload, "reason") if "reason" in payload else request.reason,
                starts=starts,
                ends=ends,
                probes=tuple(map(str, probes)) if isinstance(probes, list) else (),
                created_by=request.by,
            ),
        )
        return {"window": window.id, "ends": window.ends.isoformat()}

    def _close_window(self, _request: Request, payload: Mapping[str, JSON]) -> JSON:
        name = _text(payload, "window")
        if not close_window(self.history, name):
            raise RefusedOrderError(f'no window "{name}" is open')
        return {"window": name}

    def _own_alert(self, request: Request, payload: Mapping[str, JSON]) -> JSON:
        alert = open_alert(self.history, _text(payload, "key"))
        if alert is None:
            raise RefusedOrderError("this alert is not open any more")
        owner = _text(payload, "owner") if "owner" in payload else request.by
        settle_alerts(self.history, [owned(alert, owner, self.now())], ())
        return {"key": alert.key, "owner": owner}

    def _assign_exception(self, request: Request, payload: Mapping[str, JSON]) -> JSON:
        owner = _text(payload, "owner") if "owner" in payload else request.by
        environment = _text(payload, "environment") if "environment" in payload else ""
        if assign_exception(self.history, _text(payload, "key"), owner, environment=environment) is None:
            raise RefusedOrderError("there is no exception of this key")
        return {"key": _text(payload, "key"), "owner": owner}


def _unknown(request: Request, _payload: Mapping[str, JSON]) -> JSON:
    raise RefusedOrderError(f'this monitor does not execute "{request.kind}"')


def _text(payload: Mapping[str, JSON], name: str) -> str:
    found = payload.get(name)
    if not isinstance(found, str) or not found.strip():
        raise RefusedOrderError(f"the order names no {name}")
    return found


def _time(payload: Mapping[str, JSON], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(_text(payload, name))
    except ValueError as wrong:
        raise RefusedOrderError(f"{name} is no time: write it as 2027-01-31T06:00:00+00:00") from wrong
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _length(payload: Mapping[str, JSON]) -> timedelta:
    found = payload.get("minutes")
    if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= 60 * 24 * 7:
        return timedelta(minutes=found)
    if isinstance(payload.get("for"), str):
        return seconds(_text(payload, "for"))
    raise RefusedOrderError("a window needs an end: ends, minutes or for")
