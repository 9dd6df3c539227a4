"""Who plays the slots: threads of this process, or workers elsewhere. A small interface, so that either can go.

Whatever plays a slot first takes its lease in the history, so that a slot which is handed out twice (a queue that
gives a job again, a second monitor) is still played once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from harness.model import JSON
from harness.model.monitoring import Slot


@dataclass(frozen=True, slots=True)
class Work:
    """One slot to play, as plain data that a queue can carry.

    Attributes:
        slot: Which probe, where, when.
        origin: `schedule`, `request` or `canary`.
    """

    slot: Slot
    origin: str = "schedule"

    @property
    def name(self) -> str:
        """What a queue holds at most once."""
        return f"{self.slot.environment}/{self.slot.probe}/{self.slot.slot}"

    def to_json(self) -> dict[str, JSON]:
        """Return it as a queue carries it."""
        return {
            "probe": self.slot.probe,
            "environment": self.slot.environment,
            "slot": self.slot.slot,
            "origin": self.origin,
        }


def work_of(payload: dict[str, JSON]) -> Work:
    """Read what `Work.to_json` wrote."""
    slot = Slot(str(payload["probe"]), str(payload["environment"]), str(payload["slot"]))
    return Work(slot, str(payload.get("origin", "schedule")))


Play = Callable[[Work], None]
"""Plays one slot if its lease can be had, and stores the run."""


class Executor(Protocol):
    """Hands out work."""

    def submit(self, work: Work) -> None:
        """Hand out one slot; it may be played later, elsewhere, or not at all if another has it."""

    def running(self) -> int:
        """Return how much of what was handed out here is not done yet; 0 where others do it."""

    def failures(self) -> list[BaseException]:
        """Return what went wrong in playing since this was asked last: our bugs and a lost store, not probes."""

    def close(self) -> None:
        """Wait for what runs here, and hand out no more."""


@dataclass(slots=True)
class Threads:
    """Plays in threads of this process; the default.

    Attributes:
        play: Plays one slot.
        size: How many at a time.
    """

    play: Play
    size: int = 8
    _pool: ThreadPoolExecutor = field(init=False)
    _futures: dict[str, Future[None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.size, thread_name_prefix="probe")

    def submit(self, work: Work) -> None:
        """Hand out one slot, unless it runs here already."""
        current = self._futures.get(work.name)
        if current is None or current.done():
            self._futures[work.name] = self._pool.submit(self.play, work)

    def running(self) -> int:
        """Return how many slots are not done yet."""
        return sum(not future.done() for future in self._futures.values())

    def failures(self) -> list[BaseException]:
        """Return and forget what was raised by slots that are done."""
        done = {name: future for name, future in self._futures.items() if future.done()}
        for name in done:
            del self._futures[name]
        ended = [future for future in done.values() if not future.cancelled()]
        return [error for future in ended if (error := future.exception()) is not None]

    def close(self) -> None:
        """Wait for what runs; what has not begun holds no lease, and the next runner finds its slot due."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(slots=True)
class Here:
    """Plays at once, in the caller; for one-shot commands with one slot at a time, and for virtual time."""

    play: Play
    _failures: list[BaseException] = field(init=False, default_factory=list)

    def submit(self, work: Work) -> None:
        """Play one slot now."""
        try:
            self.play(work)
        except Exception as error:  # noqa: BLE001  (kept and reported, as a thread's would be)
            self._failures.append(error)

    def running(self) -> int:
        """Nothing runs between two calls."""
        return 0

    def failures(self) -> list[BaseException]:
        """Return and forget what was raised."""
        found, self._failures = self._failures, []
        return found

    def close(self) -> None:
        """Nothing to wait for."""
