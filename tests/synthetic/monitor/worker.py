"""A monitor as a process of its own, on a clock that jumps from slot to slot while leases run on the database's.

    python worker.py URL NAME SKEW_SECONDS HOURS STUCK_AT LEASE_SECONDS [EXECUTOR]

Prints one line per slot it begins to play. With STUCK_AT n it stays in the n-th slot for ever, as a probe would whose
machine is about to die. Ends when every slot of the plan is finished.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from made import START, run

from harness.history import open_history, slot_state
from harness.model.runs import Run
from synthetic.monitor.executors import Threads, Work
from synthetic.monitor.fleet import Fleet
from synthetic.monitor.monitor import Monitor, Turn
from synthetic.monitor.orders import Orders
from synthetic.monitor.planning import Plan
from synthetic.monitor.playing import Keeper, Playing
from synthetic.monitor.schedule import Schedule
from synthetic.monitor.watching import Watcher

SCHEDULES = tuple(Schedule(f"probe-{number}", "sandbox", "15m") for number in range(12))


@dataclass
class Jumping:
    """A clock that jumps over waits, yet lets other threads in."""

    current: object
    skew: timedelta

    def now(self):
        return self.current + self.skew

    def wait(self, length):
        time.sleep(0.005)
        self.current += length


@dataclass
class Player:
    """Plays a slot in no time, but for the one it stays in."""

    name: str
    stuck_at: int
    count: int = 0

    def __call__(self, work: Work) -> Run:
        self.count += 1
        stuck = self.count == self.stuck_at
        sys.stdout.write(f"{'stuck' if stuck else 'plays'} {work.name}\n")
        sys.stdout.flush()
        if stuck:
            threading.Event().wait()
        slot = work.slot
        return run(at=START, probe=slot.probe, environment=slot.environment, slot=slot.slot)


def expected(hours: float):
    """Every slot of the plan, with the one before the start that nobody has played."""
    before = START - timedelta(minutes=16)
    return [one.slot(at) for one in SCHEDULES for at in one.slots(before, START + timedelta(hours=hours))]


def main(url, name, skew, hours, stuck_at, lease, executor="threads"):  # noqa: PLR0917  (words of a command line)
    history = open_history(url)
    clock = Jumping(START, timedelta(seconds=float(skew)))
    playing = Playing(history, Player(name, int(stuck_at)), name, Keeper(history, float(lease)), clock.now)

    def play(work):
        playing.play(work)

    queued = executor == "fleet"
    worker = Fleet(url, play, 2, stalled_seconds=2.0).start() if queued else Threads(play, 2)
    watcher = Watcher(history, name, SCHEDULES, START, send=lambda _notice: None, observe=timedelta())
    orders = Orders(history, name, worker, SCHEDULES, clock.now)
    whole = Monitor(history, clock, Plan(SCHEDULES, START), playing, worker, orders, watcher, report=print)
    playing.keeper.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()  # all begin together
    end = START + timedelta(hours=float(hours), minutes=3) + clock.skew
    turn, deadline = Turn(), time.monotonic() + 90
    left = expected(float(hours))
    while time.monotonic() < deadline:
        turn = whole.tick(clock.now(), turn)
        clock.wait(timedelta(minutes=1) if clock.now() < end else timedelta(0))
        if clock.now() >= end:
            turn = Turn(turn.beaten, turn.pinged, None)  # look for slots of dead runners every time
            left = [slot for slot in left if (state := slot_state(history, slot)) is None or not state.finished_at]
            if not left:
                break
            time.sleep(0.05)
    playing.keeper.close()
    worker.close()
    history.close()
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
