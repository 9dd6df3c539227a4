"""Threads that are stopped let what is being played end, and leave the rest to the next runner."""

from __future__ import annotations

import threading

from harness.model.monitoring import Slot
from synthetic.monitor.executors import Threads, Work


def _work(number):
    return Work(Slot("cash", "sandbox", f"slot-{number}"), "schedule")


def test_what_has_not_begun_is_not_played_after_a_stop():
    begun, polled = threading.Event(), threading.Event()
    played = []

    def play(work):
        begun.set()
        while threads.running() > 1:  # ends only when the others were taken back
            polled.wait(0.01)
        played.append(work.slot.slot)

    threads = Threads(play, 1)
    for number in range(5):
        threads.submit(_work(number))
    assert begun.wait(30)
    threads.close()
    assert played == ["slot-0"], "the one that was being played ended"
    assert (threads.running(), threads.failures()) == (0, [])


def test_what_broke_is_told_once():
    def play(_work):
        raise ZeroDivisionError

    threads = Threads(play, 1)
    threads.submit(_work(0))
    threads.close()
    assert [type(one) for one in threads.failures()] == [ZeroDivisionError]
    assert threads.failures() == []
