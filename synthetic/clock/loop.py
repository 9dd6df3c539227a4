"""An asyncio loop on virtual time: where it would wait for a timer, its clock jumps there."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import TypeVar

_T = TypeVar("_T")
_REAL_WAIT = 0.01


class StalledError(RuntimeError):
    """Every task waits for something that nothing scheduled will ever bring."""

    def __init__(self) -> None:
        """Say it in one sentence."""
        super().__init__("deadlock on virtual time: nothing is scheduled and every task waits for another")


class _VirtualSelector(selectors.SelectSelector):
    """Adds the timeout to a clock instead of waiting; while a thread works the clock stands."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.busy = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # one registered file is the loop's own wake-up pipe; more are real connections, waited for really
        if self.busy or (timeout is None and len(self.get_map() or ()) > 1):
            return super().select(_REAL_WAIT if timeout is None else min(timeout, _REAL_WAIT))
        if timeout is None:
            raise StalledError
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time starts at 0 and passes only by sleeping.

    Four traps are closed here: a clock resolution finer than the floats of late times (a due timer would never run,
    and the loop spin for ever), threads during which days would pass, the join of the thread pool at shutdown, and
    a wait that nothing ends, which is named.
    """

    def __init__(self) -> None:
        """Start at time 0."""
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)
        # asyncio's own 1e-9 is lost in a float beyond 2**24 seconds, that is 194 days
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Return virtual seconds since the loop began."""
        return self._virtual.now

    def run_in_executor(self, executor: Executor | None, func: Callable[..., _T], *args: object) -> asyncio.Future[_T]:
        """Run in a thread, the clock pinned until it is done."""
        self._virtual.busy += 1
        try:
            future: asyncio.Future[_T] = super().run_in_executor(executor, func, *args)
        except BaseException:
            self._virtual.busy -= 1
            raise
        future.add_done_callback(self._unpin)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  (asyncio's own)
        """Join the threads, the clock pinned: nothing awaitable tells when they end."""
        del timeout
        self._virtual.busy += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._virtual.busy -= 1

    def _unpin(self, future: asyncio.Future[_T]) -> None:
        del future
        self._virtual.busy -= 1


def run(main: Coroutine[object, object, _T]) -> _T:
    """Run a coroutine to its end on virtual time and return its result.

    Raises:
        StalledError: It waits for something that will never happen.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
