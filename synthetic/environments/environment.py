"""One environment, opened: what a probe needs to run there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from synthetic.deeds import Adapter, Answer, Attempt, Boundary, Clock, Layer
from synthetic.deeds.boundary import Heard
from synthetic.deeds.ports import Port, ports
from synthetic.environments.permissions import Permissions


@dataclass(frozen=True, slots=True)
class Environment:
    """Adapters by port, with pace and permissions.

    Attributes:
        name: As in the catalog.
        kind: `sandbox`, `test-accounts`, `staging` or `production`.
        pace: Shortens deadlines, holds and naps; 1.0 is as written.
        permissions: A deed is refused where they do not allow it.
        adapters: By port; a port without one is unreachable there.
        clock: Its time; `advance` is False where time is real.
        alone: Held while something is played or read there; where the clock moves for everybody, one at a time.
    """

    name: str
    kind: str
    pace: float
    permissions: Permissions
    adapters: Mapping[str, Adapter] = field(hash=False)
    clock: Clock = field(hash=False)
    alone: Callable[[], AbstractContextManager[None]] = field(hash=False, default=nullcontext)

    @property
    def ports(self) -> Mapping[str, Port]:
        """What a probe may ask, by name."""
        return ports()

    def boundary(self, layers: Sequence[Layer] = (), heard: Heard | None = None) -> Boundary:
        """Return a new way to its systems: one for each run, because it remembers and counts calls.

        Args:
            layers: Between the run and the systems, outermost first.
            heard: Told of each call: port, `error.type`, seconds.
        """
        waiting = {port: _InThread(adapter) for port, adapter in self.adapters.items()}
        return Boundary(waiting, self.clock, layers, allows_deeds=self.permissions.deeds, heard=heard)

    def close(self) -> None:
        """Close the connections of its adapters, and its clock."""
        for part in (*self.adapters.values(), self.clock):
            close = getattr(part, "close", None)
            if close is not None:
                close()


class _InThread:
    """An adapter that blocks, asked from an event loop that must go on."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    async def call(self, attempt: Attempt) -> Answer:
        answer = await asyncio.to_thread(self._adapter.call, attempt)
        return answer if isinstance(answer, dict) else await answer
