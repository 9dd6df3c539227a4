"""The clock a probe lives by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall clock, virtual clock or a billing system's test clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""

    async def sleep(self, duration: timedelta) -> None:
        """Wait."""

    async def advance(self, duration: timedelta) -> bool:
        """Let business time pass; False where it cannot be moved (real time)."""
