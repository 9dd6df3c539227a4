"""When probes run: every so long, or by a cron expression, each slot a little later than planned.

A slot is the planned time, the same for every runner whatever its own clock says; its text is UTC, so that a local
hour that is repeated in autumn is two slots. The jitter spreads probes that share a time; it depends on nothing but
probe, environment and slot, so every runner waits equally long.
"""

from __future__ import annotations

import hashlib
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.model import UsageError
from harness.model.monitoring import Slot
from synthetic.transaction import seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_JITTER = timedelta(minutes=1)
_JITTER_SHARE = 10
_LONGEST_GAP = timedelta(days=366 * 8 + 1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When one probe runs in one environment.

    Attributes:
        probe: Name of the probe.
        environment: Name of the environment.
        every: A duration (`15m`) counted from 1970, or a cron expression of five fields (`*/15 6-20 * * 1-5`).
        zone: IANA time zone in which a cron expression is read.
        jitter: The most a slot is played later than planned; None is a tenth of the interval, at most a minute.
        origin: What its runs are marked with: `schedule`, or `canary` for what is wrong on purpose.
    """

    probe: str
    environment: str
    every: str
    zone: str = "UTC"
    jitter: timedelta | None = None
    origin: str = "schedule"

    def slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Return the planned times in (`after`, `until`], in order.

        Raises:
            UsageError: `every` is neither a duration nor a cron expression, or the zone is unknown.
        """
        if _is_cron(self.every):
            yield from _cron_slots(self.every, self.zone, after, until)
            return
        step = _positive(self.every)
        number = (after - _EPOCH) // step + 1
        while (planned := _EPOCH + number * step) <= until:
            yield planned
            number += 1

    def latest(self, now: datetime) -> datetime | None:
        """Return the newest planned time that is not after `now`; None if a cron expression never came."""
        if not _is_cron(self.every):
            step = _positive(self.every)
            return _EPOCH + (now - _EPOCH) // step * step
        return _cron_latest(self.every, self.zone, now)

    def interval(self, now: datetime) -> timedelta:
        """Return how long lies between the slots around `now`: what "three intervals" are counted in.

        A cron expression has gaps of many lengths (nights, weekends): the one that `now` lies in counts.
        """
        if not _is_cron(self.every):
            return _positive(self.every)
        before = self.latest(now)
        after = next(self.slots(now, now + _LONGEST_GAP), None)
        if before is None or after is None:
            return _LONGEST_GAP
        return after - before

    def due(self, planned: datetime) -> datetime:
        """Return when a slot is played: its planned time and its jitter."""
        return planned + self.delay(planned)

    def delay(self, planned: datetime) -> timedelta:
        """Return the jitter of one slot, at least 0 and less than the most."""
        most = self.jitter if self.jitter is not None else min(self.interval(planned) / _JITTER_SHARE, _MOST_JITTER)
        digest = hashlib.sha256(f"{self.probe}\n{self.environment}\n{slot_text(planned)}".encode()).digest()
        return most * (int.from_bytes(digest[:6], "big") / 2**48)

    def slot(self, planned: datetime) -> Slot:
        """Return the slot of a planned time."""
        return Slot(self.probe, self.environment, slot_text(planned))


def slot_text(planned: datetime) -> str:
    """Return a planned time as it is stored: `2027-01-01T06:15:00Z`."""
    return planned.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def slot_time(text: str) -> datetime | None:
    """Return the planned time of a slot; None for a slot that no schedule made (`once`, a commit)."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def check_schedule(schedule: Schedule) -> None:
    """Read a schedule to its end.

    Raises:
        UsageError: It cannot be read, or never comes.
    """
    next(schedule.slots(_EPOCH, _EPOCH + _LONGEST_GAP), None)
    if _is_cron(schedule.every) and schedule.latest(_EPOCH + 4 * _LONGEST_GAP) is None:
        raise UsageError(
            f'probe {schedule.probe}: the schedule "{schedule.every}" never comes', remedy="Correct the day or month."
        )


def shard_of(slot: Slot, count: int) -> int:
    """Return which of `count` shards plays a slot, from 1; the same probe stays on its shard."""
    digest = hashlib.sha256(f"{slot.probe}\n{slot.environment}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % count + 1


def parse_shard(text: str) -> tuple[int, int]:
    """Return `i` and `n` of `i/n`.

    Raises:
        UsageError: It is none, or `i` is not one of 1 to `n`.
    """
    first, _, last = text.partition("/")
    if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(text) < 16):
        raise UsageError(f'"{text}" is no shard', remedy="Write 1/3 for the first of three.")
    index, count = int(first), int(last)
    if not 1 <= index <= count:
        raise UsageError(f"there is no shard {index} of {count}", remedy=f"Write 1/{count} to {count}/{count}.")
    return index, count


def _is_cron(every: str) -> bool:
    return len(every.split()) > 2  # "1 day" is a duration


def _positive(every: str) -> timedelta:
    step = seconds(every)
    if step < timedelta(seconds=1):
        raise UsageError(f'a probe cannot run every "{every}"', remedy="Write 1m or longer.")
    return step


def _cron_slots(every: str, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    seen = after
    for planned in _cron(every, zone, after):
        planned_utc = planned.astimezone(UTC)
        if planned_utc > until:
            return
        if planned_utc > seen:  # a wall-clock time in a repeated hour may come back earlier
            seen = planned_utc
            yield planned_utc


def _cron_latest(every: str, zone: str, now: datetime) -> datetime | None:
    backwards = _cron(every, zone, now + timedelta(seconds=1), reverse=True)
    return next((planned for one in backwards if (planned := one.astimezone(UTC)) <= now), None)


def _cron(every: str, zone: str, start: datetime, *, reverse: bool = False) -> Iterator[datetime]:
    try:
        from cronsim import CronSim, CronSimError  # noqa: PLC0415  (optional)
    except ImportError as missing:
        raise UsageError(
            "cron expressions need the extra `monitor`", remedy='pip install "contract-harness[monitor]"'
        ) from missing
    try:
        local = start.astimezone(zoneinfo.ZoneInfo(zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise UsageError(f'no time zone "{zone}"', remedy="Write it as Europe/Berlin.") from unknown
    try:
        return iter(CronSim(every, local, reverse=reverse))
    except CronSimError as wrong:
        raise UsageError(
            f'"{every}" is no cron expression: {wrong}', remedy="Five fields: minute hour day month weekday."
        ) from wrong
