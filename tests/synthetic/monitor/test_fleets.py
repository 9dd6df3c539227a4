"""Several monitors as processes: no slot is lost and none is played twice, also when one is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from made import START
from worker import expected

from harness.history import open_history, runs_since

pytestmark = pytest.mark.integration
WORKER = Path(__file__).parent / "worker.py"
HOURS = 0.5  # an older slot than an hour is given up instead of played, and these clocks run fast


class Started:
    """A worker and what it said."""

    def __init__(self, url, name, *, skew=0, stuck_at=0, lease=30, executor="threads"):
        words = [sys.executable, WORKER, url, name, skew, HOURS, stuck_at, lease, executor]
        self.process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self.ready = threading.Event()
        self.stuck = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith("ready"):
                self.ready.set()
            if line.startswith("stuck"):
                self.stuck.set()
        self.ready.set()
        self.stuck.set()

    def go(self):
        assert self.ready.wait(60)
        self.process.stdin.write("go\n")
        self.process.stdin.close()

    def wait(self):
        code = self.process.wait(150)
        self._reader.join(10)
        self.process.stdout.close()
        return code

    def played(self):
        return [line.partition(" ")[2] for line in self.lines if line.startswith(("plays ", "stuck "))]


def _recorded(url):
    history = open_history(url)
    try:
        found = runs_since(history, START - timedelta(days=1), steps=False)
    finally:
        history.close()
    return Counter(f"{one.environment}/{one.probe}/{one.slot}" for one in found), found


def _planned():
    return {f"{slot.environment}/{slot.probe}/{slot.slot}" for slot in expected(HOURS)}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'h.sqlite'}"
    return request.getfixturevalue("database")()


def test_two_monitors_with_clocks_half_a_minute_apart_play_every_slot_once(url):
    open_history(url).close()
    workers = [Started(url, "first"), Started(url, "second", skew=30)]
    for one in workers:
        one.go()
    assert [one.wait() for one in workers] == [0, 0], workers[0].lines[-3:]
    recorded, _ = _recorded(url)
    assert set(recorded.values()) == {1}
    assert _planned() <= set(recorded)
    played = [name for one in workers for name in one.played()]
    assert sorted(played) == sorted(recorded)


@pytest.mark.parametrize("executor", ["threads", "fleet"])
def test_three_workers_on_postgresql_lose_no_slot_when_one_is_killed(executor, database):
    url = database()
    open_history(url).close()
    victim = Started(url, "victim", stuck_at=1, lease=6, executor=executor)
    others = [Started(url, f"worker-{number}", lease=6, executor=executor) for number in range(2)]
    victim.go()
    assert victim.stuck.wait(60)
    for one in others:
        one.go()
    victim.process.kill()
    assert victim.wait() == -9
    assert [one.wait() for one in others] == [0, 0], others[0].lines[-3:]
    recorded, runs = _recorded(url)
    assert set(recorded.values()) == {1}
    assert _planned() <= set(recorded)
    (stuck,) = [line.partition(" ")[2] for line in victim.lines if line.startswith("stuck")]
    taken_over = {one.slot: one.attempt for one in runs if f"{one.environment}/{one.probe}/{one.slot}" == stuck}
    assert list(taken_over.values()) == [2]
    begun = Counter(name for one in (victim, *others) for name in one.played())
    twice = {name for name, count in begun.items() if count > 1}
    assert stuck in twice
    assert twice <= set(victim.played())  # only what the dead worker had begun was begun again
