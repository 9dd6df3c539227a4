"""The monitor's loop: hand out what is due, execute orders, judge what came of it, say that we are alive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from harness.history.judging import has_unjudged
from harness.history.requests import requeue_requests
from harness.history.slots import abandoned_slots, beat
from harness.history.store import History
from harness.model import HarnessError
from harness.model.runs import Run, RunVerdict
from synthetic.monitor.executors import Executor
from synthetic.monitor.orders import Orders
from synthetic.monitor.planning import Plan
from synthetic.monitor.playing import Playing
from synthetic.monitor.watching import Watched, Watcher, adopt, canary_missed, watch

_BEAT = timedelta(seconds=15)
_PING = timedelta(minutes=1)
_CARE = timedelta(seconds=10)
_COLLECT = timedelta(minutes=1)


class Time(Protocol):
    """The clock of a runner; on virtual time a wait only moves it."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""

    def wait(self, length: timedelta) -> None:
        """Wait, or be woken by a stop."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """One runner.

    Attributes:
        history: The store that all runners share.
        time: Its clock.
        plan: What it has to play.
        playing: Plays a slot under its lease.
        executor: Hands slots out.
        orders: Executes requests.
        watcher: Judges runs and tells people.
        alive: Called once a minute while all is well: the dead man's switch of the monitor itself.
        collect: Called once a minute: reads what the real ledgers say into the history.
        collected: Waits for the reading that is under way: who runs once judges what it told.
        poll: How long orders and results may lie about before they are looked at.
        report: Told, in one line each, what a person watching wants to see.
    """

    history: History
    time: Time
    plan: Plan
    playing: Playing
    executor: Executor
    orders: Orders
    watcher: Watcher
    alive: Callable[[], None] = field(default=lambda: None)
    collect: Callable[[datetime], None] = field(default=lambda _now: None)
    collected: Callable[[], None] = field(default=lambda: None)
    poll: timedelta = timedelta(seconds=2)
    report: Callable[[str], None] = field(default=lambda _line: None)

    def run(self, stop: threading.Event, until: datetime | None = None) -> None:
        """Run until stopped, or until a time of its clock; what is being played is finished first.

        A store that cannot be reached for a while is waited for: nothing is played meanwhile, since no lease could
        be taken, and the sign of life stops, so that somebody hears of it.
        """
        turn = Turn()
        adopt(self.watcher, self.time.now())
        try:
            while not stop.is_set():
                now = self.time.now()
                if until is not None and now >= until:
                    break
                try:
                    turn = self.tick(now, turn)
                except HarnessError as error:
                    self.report(f"! {error.message}")
                self.time.wait(self._nap(now, until))
        finally:
            self.executor.close()
            self._last_look()

    def tick(self, now: datetime, turn: Turn) -> Turn:
        """Do everything that is due now, and return when what was done."""
        if turn.is_due(turn.beaten, now, _BEAT):
            beat(self.history, self.playing.runner, {"playing": self.executor.running()})
            turn = replace(turn, beaten=now)
        cares = turn.is_due(turn.cared, now, _CARE)
        if cares:
            self._care(now)
            self._watch(now)
            turn = replace(turn, cared=now)
        for work in self.plan.due(now):
            self.executor.submit(work)
        self.orders.execute()
        for error in self.executor.failures():
            self.report(f"! a slot could not be played: {_named(error)}")
        if not cares:  # what has just ended is judged at once
            self._watch(now, only_new=True)
        if turn.is_due(turn.pinged, now, _PING):
            self._ping()
            turn = replace(turn, pinged=now)
        if turn.is_due(turn.collected, now, _COLLECT):
            self.collect(now)
            turn = replace(turn, collected=now)
        return turn

    def once(self, now: datetime) -> list[Run]:
        """Play the newest slot of every schedule that nobody has played yet, judge, and return the runs."""
        adopt(self.watcher, now)
        beat(self.history, self.playing.runner, {"once": True})
        runs = [run for work in self.plan.current(now) if (run := self.playing.play(work)) is not None]
        self.collect(self.time.now())
        self.collected()
        self._watch(self.time.now())
        return runs

    def _care(self, now: datetime) -> None:
        """Take over from runners that died."""
        again, too_late = self.plan.abandoned(abandoned_slots(self.history), now)
        for work in again:
            self.executor.submit(work)
        for work in too_late:
            self.playing.give_up(work, "its runner died, and nobody took over in time")
        requeue_requests(self.history)

    def _watch(self, now: datetime, *, only_new: bool = False) -> None:
        for environment in self.watcher.environments:
            if only_new and not has_unjudged(self.history, environment):
                continue
            watched = watch(self.watcher, environment, now)
            for line in told_of(watched):
                self.report(line)

    def _last_look(self) -> None:
        try:
            self._watch(self.time.now())
        except HarnessError as error:
            self.report(f"! {error.message}")

    def _ping(self) -> None:
        missed = canary_missed(self.watcher, self.time.now())
        if missed is not None:  # whoever waits for the sign of life hears of it where nobody else can be told
            self.report(f"! no sign of life: nobody was told of the canary of {missed:%d %b %H:%M} UTC")
            return
        try:
            self.alive()
        except HarnessError as error:
            self.report(f"! no sign of life was sent: {error.message}")

    def _nap(self, now: datetime, until: datetime | None) -> timedelta:
        """Return how long to wait: to the next slot, but no longer than orders and results should lie about."""
        ends = [one for one in (self.plan.next_due(now), until) if one is not None]
        nap = min([one - now for one in ends if one > now], default=self.poll)
        return max(min(nap, self.poll), timedelta(milliseconds=20))


@dataclass(frozen=True, slots=True)
class Turn:
    """When a runner last did what it does only now and then; None for never."""

    beaten: datetime | None = None
    pinged: datetime | None = None
    cared: datetime | None = None
    collected: datetime | None = None

    def is_due(self, last: datetime | None, now: datetime, every: timedelta) -> bool:
        """Whether it is time again; a clock that was set back counts as time again."""
        return last is None or not timedelta() <= now - last < every


def told_of(watched: Watched | None) -> list[str]:
    """Return the lines for a person who watches: what was said, and what could not be."""
    if watched is None:
        return []
    lines = [f"{one.occasion.value} {one.alert.level}: {one.headline}" for one in watched.sent]
    return lines + [f"! not sent: {one.headline} ({reason})" for one, reason in watched.unsent]


def exit_code(runs: list[Run]) -> int:
    """Return 1 if a probe failed, 3 if one could not tell, else 0."""
    if any(run.verdict is RunVerdict.FAILED for run in runs):
        return 1
    return 3 if any(run.verdict is RunVerdict.INCONCLUSIVE for run in runs) else 0


def _named(error: BaseException) -> str:
    return error.message if isinstance(error, HarnessError) else type(error).__name__
