"""Which slots are due now: the newest of every schedule, and those whose runner died."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harness.model.monitoring import Lease, Slot
from synthetic.monitor.executors import Work
from synthetic.monitor.schedule import Schedule, shard_of, slot_time

LATE = timedelta(minutes=15)
"""How long before this runner started a slot may have been planned and still be played."""
_TAKEN_OVER = timedelta(hours=1)


@dataclass(slots=True)
class Plan:
    """The schedules of one runner, and what it has handed out already.

    Attributes:
        schedules: What runs when.
        started: When this runner began.
        shard: `(i, n)`: only the slots of shard `i` of `n`.
    """

    schedules: Sequence[Schedule]
    started: datetime
    shard: tuple[int, int] = (1, 1)
    _handed: dict[tuple[str, str], datetime] = field(init=False, default_factory=dict)

    def due(self, now: datetime) -> list[Work]:
        """Return the slots that are due and were not handed out before, in the order of their times.

        Slots that nobody played while no runner was alive are not played late in a row: only the newest is.
        """
        found = []
        for schedule in self.mine:
            planned = self._newest_due(schedule, now)
            if planned is not None:
                self._handed[schedule.probe, schedule.environment] = planned
                found.append((planned, schedule))
        return [
            Work(schedule.slot(planned), schedule.origin) for planned, schedule in sorted(found, key=lambda one: one[0])
        ]

    def current(self, now: datetime) -> list[Work]:
        """Return the newest slot of every schedule, jitter aside: what a command that runs once has to play."""
        return [Work(one.slot(planned), one.origin) for one in self.mine if (planned := one.latest(now)) is not None]

    def abandoned(self, leases: Iterable[Lease], now: datetime) -> tuple[list[Work], list[Work]]:
        """Return the slots of dead runners that are still worth playing, and those that came too late for it."""
        again: list[Work] = []
        too_late: list[Work] = []
        by_probe = {(one.probe, one.environment): one for one in self.mine}
        for lease in leases:
            schedule = by_probe.get((lease.slot.probe, lease.slot.environment))
            if schedule is None:
                continue
            planned = slot_time(lease.slot.slot)
            limit = max(2 * schedule.interval(now), _TAKEN_OVER)
            worth = planned is None or now - planned <= limit
            (again if worth else too_late).append(Work(lease.slot, schedule.origin))
        return again, too_late

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next slot is due, None if no schedule ever comes again."""
        horizon = now + timedelta(days=366)
        upcoming = [
            one.due(planned) for one in self.mine if (planned := next(one.slots(now, horizon), None)) is not None
        ]
        waiting = [
            one.due(planned) for one in self.mine if (planned := one.latest(now)) is not None and one.due(planned) > now
        ]
        return min([*upcoming, *waiting], default=None)

    @property
    def mine(self) -> list[Schedule]:
        """The schedules of this shard."""
        index, count = self.shard
        return [one for one in self.schedules if shard_of(Slot(one.probe, one.environment, ""), count) == index]

    def _newest_due(self, schedule: Schedule, now: datetime) -> datetime | None:
        planned = schedule.latest(now)
        if planned is not None and schedule.due(planned) > now:  # its jitter is not over; the one before may be due
            planned = schedule.latest(planned - timedelta(seconds=1))
        if planned is None or planned < self.started - min(schedule.interval(now), LATE):
            return None
        handed = self._handed.get((schedule.probe, schedule.environment))
        return planned if handed is None or planned > handed else None
