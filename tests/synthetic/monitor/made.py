"""Runs, clocks and monitors for the tests of the monitor; every time is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from harness.history.store import History
from harness.model.runs import Difference, Run, RunVerdict, Step
from synthetic.monitor.canary import Canary
from synthetic.monitor.executors import Here, Work
from synthetic.monitor.grouping import Dependencies
from synthetic.monitor.monitor import Monitor
from synthetic.monitor.notices import Notice
from synthetic.monitor.orders import Orders
from synthetic.monitor.planning import Plan
from synthetic.monitor.playing import Keeper, Playing
from synthetic.monitor.schedule import Schedule
from synthetic.monitor.watching import Watcher
from synthetic.transaction.running import run_id_of

START = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
PASSED, FAILED, INCONCLUSIVE = RunVerdict.PASSED, RunVerdict.FAILED, RunVerdict.INCONCLUSIVE


def run(
    verdict: RunVerdict = PASSED,
    at: datetime = START,
    *,
    probe: str = "invoice-posting",
    category: str = "",
    system: str = "erp",
    entity: str = "DE-01",
    fixed: bool = False,
    environment: str = "sandbox",
    slot: str = "",
    **more: object,
) -> Run:
    """A run as a player returns it; a failed one failed in one step of `system`."""
    slot = slot or at.strftime("%Y-%m-%dT%H:%M:%SZ")
    steps: tuple[Step, ...] = ()
    if verdict is not PASSED:
        wrong = Difference("posting", "count" if category == "missing" else "tax", 1, 0, category, fixed)
        differences = (wrong,) if verdict is FAILED else ()
        reason = "" if verdict is FAILED else f"{system} answered 503"
        step = Step(
            "Posted in the ledger",
            "look",
            system,
            "posting_of",
            verdict,
            at,
            30,
            category,
            900,
            0,
            differences,
            reason=reason,
        )
        steps = (step,)
    identity = run_id_of(probe, slot, environment)
    return Run(
        identity, probe, environment, slot, verdict, at, 30.0, category, entity, "finance-systems", steps=steps, **more
    )


@dataclass
class Clock:
    """A clock moved by waiting, perhaps ahead of the others or behind."""

    current: datetime = START
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return self.current + self.skew

    def wait(self, length: timedelta) -> None:
        self.current += length


@dataclass
class Script:
    """Plays a probe by a function of the slot's work, and counts."""

    clock: Clock
    verdict: Callable[[Work, datetime], Run] | None = None
    played: list[str] = field(default_factory=list)

    def __call__(self, work: Work) -> Run:
        self.played.append(work.name)
        if self.verdict is not None:
            return self.verdict(work, self.clock.now())
        return run(at=self.clock.now(), probe=work.slot.probe, environment=work.slot.environment, slot=work.slot.slot)


@dataclass
class Made:
    """A monitor with everything one may look at."""

    monitor: Monitor
    clock: Clock
    script: Script
    sent: list[Notice]
    lines: list[str]

    def run_for(self, length: timedelta) -> None:
        self.monitor.run(threading.Event(), self.clock.now() + length)

    def headlines(self) -> list[tuple[str, str, str, str]]:
        return [(one.occasion.value, one.alert.level, one.alert.system, one.alert.category) for one in self.sent]


def monitor(
    history: History,
    schedules: Sequence[Schedule],
    *,
    clock: Clock | None = None,
    verdict: Callable[[Work, datetime], Run] | None = None,
    name: str = "one",
    observe: timedelta = timedelta(),
    dependencies: Dependencies | None = None,
    send: Callable[[Notice], None] | None = None,
    poll: timedelta = timedelta(minutes=2),
    canary: Canary | None = None,
    alive: Callable[[], None] = lambda: None,
) -> Made:
    """A monitor on a clock of its own, playing in the caller."""
    clock = clock or Clock()
    script = Script(clock, verdict)
    sent: list[Notice] = []
    lines: list[str] = []
    started = clock.now()
    watcher = Watcher(
        history,
        name,
        tuple(schedules),
        started,
        send=send or sent.append,
        observe=observe,
        dependencies=dependencies or Dependencies(),
        canary=canary,
    )
    playing = Playing(history, script, name, Keeper(history, 60), clock.now, watcher.observing)

    def play(work: Work) -> None:
        playing.play(work)

    executor = Here(play)
    orders = Orders(history, name, executor, tuple(schedules), clock.now)
    whole = Monitor(
        history,
        clock,
        Plan(tuple(schedules), started),
        playing,
        executor,
        orders,
        watcher,
        alive,
        poll=poll,
        report=lines.append,
    )
    return Made(whole, clock, script, sent, lines)
