"""Time inside a landscape: while it catches up, each thing happens at its own time."""

from __future__ import annotations

from datetime import UTC, datetime

from synthetic.deeds import Clock


class SteppingClock:
    """Shows the outer time, or the time of the step that is being caught up with."""

    def __init__(self, outer: Clock) -> None:
        """Follow `outer`."""
        self._outer = outer
        self._at: datetime | None = None

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self._at or self._outer.now()

    def target(self) -> float:
        """Return the outer time, seconds since 1970."""
        return self._outer.now().timestamp()

    def step_to(self, seconds: float) -> None:
        """Stand at a time between the last step and the outer time."""
        self._at = datetime.fromtimestamp(min(seconds, self.target()), UTC)

    def caught_up(self) -> None:
        """Show the outer time again."""
        self._at = None
