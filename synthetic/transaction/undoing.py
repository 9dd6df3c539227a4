"""What a run did and must take back: retried, or a passing outage leaks."""

from __future__ import annotations

from synthetic.deeds import Boundary, Call, Clock, DeniedError, RefusedError, UnreachableError
from synthetic.transaction.values import Leak
from synthetic.transaction.watching import pause


class Undoing:
    """The calls that take back the deeds of one run, in the order of the deeds.

    Args:
        boundary: The way to the systems.
        clock: Of the environment.
        tries: How often each is tried while nobody can be reached.
    """

    def __init__(self, boundary: Boundary, clock: Clock, tries: int) -> None:
        """Start with nothing to take back."""
        self._boundary = boundary
        self._clock = clock
        self._tries = tries
        self._steps: list[tuple[str, Call]] = []

    def add(self, title: str, call: Call) -> None:
        """Remember how the deed of a step is taken back."""
        self._steps.append((title, call))

    async def all(self) -> tuple[Leak, ...]:
        """Take back every deed, the last one first; what cannot be taken back is a leak."""
        leaks = []
        while self._steps:
            title, call = self._steps.pop()
            error = await self._undone(call)
            if error is not None:
                leaks.append(Leak(title, call, str(error), isinstance(error, UnreachableError)))
        return tuple(leaks)

    async def _undone(self, call: Call) -> Exception | None:
        last: Exception | None = None
        for tries in range(self._tries):
            try:
                await self._boundary.perform(call)
            except UnreachableError as error:
                last = error
                await self._clock.sleep(pause(tries + 1, error.retry_after))
            except (RefusedError, DeniedError) as error:
                return error
            else:
                return None
        return last
