"""Clocks: the wall's, one moved by hand, one moved by a virtual event loop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2027, 1, 1, tzinfo=UTC)
"""Where virtual time starts if nobody says otherwise: the first day of the worked examples."""


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        """Wait really."""
        await asyncio.sleep(duration.total_seconds())

    async def advance(self, duration: timedelta) -> bool:
        """Return False: real time cannot be moved."""
        del duration
        return False


class VirtualClock:
    """A clock that stands still until somebody moves it.

    Args:
        start: Aware time it shows first.
    """

    def __init__(self, start: datetime = EPOCH) -> None:
        """Set the clock."""
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware time; add tzinfo=UTC")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self._now

    def move(self, duration: timedelta) -> datetime:
        """Let time pass and return the new time.

        Raises:
            ValueError: The duration is negative; time never runs back.
        """
        if duration < timedelta():
            raise ValueError("time never runs back")
        self._now += duration
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        """Let time pass without waiting."""
        self.move(max(duration, timedelta()))
        await asyncio.sleep(0)

    async def advance(self, duration: timedelta) -> bool:
        """Let business time pass."""
        self.move(duration)
        return True


class LoopClock:
    """The clock of the running event loop: its seconds since start, counted from an epoch.

    The epoch is added here and not put into the loop, whose floats would lose the microseconds.

    Args:
        start: Time at which the loop's own time was zero.
    """

    def __init__(self, start: datetime = EPOCH) -> None:
        """Keep the epoch."""
        self._start = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time, aware UTC; outside a loop the epoch."""
        try:
            seconds = asyncio.get_running_loop().time()
        except RuntimeError:
            seconds = 0.0
        return self._start + timedelta(seconds=seconds)

    async def sleep(self, duration: timedelta) -> None:
        """Wait on the loop: at once on a virtual one."""
        await asyncio.sleep(max(duration.total_seconds(), 0))

    async def advance(self, duration: timedelta) -> bool:
        """Let business time pass by sleeping through it."""
        await self.sleep(duration)
        return True
