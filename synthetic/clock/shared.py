"""A clock that several processes read from one file: the wall's, moved ahead (or back to a start) by an offset."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

_MICROSECOND = timedelta(microseconds=1)


class SharedClock:
    """Wall time plus an offset that stands in a file of eight bytes; whoever moves it moves it for all.

    Args:
        path: The file; `SharedClock.create` makes it.
        advance: Lets business time pass where that takes more than moving the clock.
    """

    def __init__(self, path: Path, advance: Callable[[timedelta], Awaitable[None]] | None = None) -> None:
        """Open the file.

        Raises:
            OSError: There is none.
        """
        self._file = os.open(path, os.O_RDWR)
        self._advance = advance

    @staticmethod
    def create(path: Path, start: datetime | None = None) -> None:
        """Make the file, showing `start` now, or the wall's time."""
        offset = (start - datetime.now(UTC)) if start else timedelta()
        path.write_bytes(struct.pack("<q", offset // _MICROSECOND))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        (offset,) = struct.unpack("<q", os.pread(self._file, 8, 0))
        return datetime.now(UTC) + timedelta(microseconds=offset)

    def move(self, duration: timedelta) -> datetime:
        """Let time pass for everybody and return the new time.

        Raises:
            ValueError: The duration is negative; time never runs back.
        """
        if duration < timedelta():
            raise ValueError("time never runs back")
        (offset,) = struct.unpack("<q", os.pread(self._file, 8, 0))
        os.pwrite(self._file, struct.pack("<q", offset + duration // _MICROSECOND), 0)
        return self.now()

    def restart(self, start: datetime | None) -> None:
        """Show `start` (or the wall's time) again: the one way back, for a sandbox that is emptied."""
        offset = (start - datetime.now(UTC)) if start else timedelta()
        os.pwrite(self._file, struct.pack("<q", offset // _MICROSECOND), 0)

    async def sleep(self, duration: timedelta) -> None:
        """Let business time pass instead of waiting; a clock that only shows the time waits really.

        So a probe with a deadline of an hour takes as long as the systems need, and what falls due within the hour
        happens, which a shortened deadline would miss.
        """
        if self._advance is None:
            await asyncio.sleep(max(duration.total_seconds(), 0))
        else:
            await self._advance(max(duration, timedelta()))

    async def advance(self, duration: timedelta) -> bool:
        """Let business time pass, each thing at its own time."""
        if self._advance is None:
            self.move(duration)
        else:
            await self._advance(duration)
        return True
