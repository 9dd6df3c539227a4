"""Asks adapters for lists; every call is timed and counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.model import JSON, HarnessError
from synthetic.deeds import Adapter, Attempt, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.deeds.outcomes import error_type
from synthetic.monitor.calls import CallCounts


@dataclass(frozen=True, slots=True)
class Asking:
    """Calls to the adapters of one environment.

    Attributes:
        adapters: By port.
        now: Its clock.
        calls: Counts them.
    """

    adapters: Mapping[str, Adapter]
    now: Callable[[], datetime]
    calls: CallCounts = field(default_factory=CallCounts)

    def ask(self, port: str, operation: str, **request: JSON) -> dict[str, Any]:
        """Ask one thing.

        Raises:
            UnreachableError: Nobody there, or no such port.
            RefusedError: The system does not tell that.
        """
        adapter = self.adapters.get(port)
        if adapter is None:
            raise UnreachableError(port, "no adapter in this environment")
        began, failed = time.perf_counter(), None
        try:
            answer = adapter.call(Attempt(port, operation, request, Kind.LOOK, "", self.now()))
        except HarnessError as error:
            failed = error
            raise
        finally:
            self.calls.count(port, error_type(failed), time.perf_counter() - began)
        if not isinstance(answer, dict):
            raise UnreachableError(port, "it answers later, and nobody waits here")
        return dict(answer)
