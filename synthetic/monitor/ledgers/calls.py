"""Asks adapters for lists, and counts the calls: how long each took, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.metrics.facts import CALL_BOUNDS, bucket_of
from harness.model import JSON, HarnessError
from harness.model.facts import KeptFact
from synthetic.deeds import Adapter, Attempt, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.deeds.outcomes import error_type


@dataclass(slots=True)
class CallCounts:
    """Calls by system and `error.type`: in how many buckets of time, and how long together."""

    counts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    totals: dict[tuple[str, str], float] = field(default_factory=dict)

    def count(self, system: str, error: str, seconds: float) -> None:
        """Count one call."""
        key = (system, error)
        buckets = self.counts.setdefault(key, [0] * (len(CALL_BOUNDS) + 1))
        buckets[bucket_of(seconds)] += 1
        self.totals[key] = self.totals.get(key, 0.0) + seconds

    def facts(
        self, environment: str, key: str, source: str, at: datetime, known: Mapping[str, KeptFact] | None = None
    ) -> list[KeptFact]:
        """Return a fact per system and outcome, added to what is known under its key."""
        found = []
        for (system, error), counts in sorted(self.counts.items()):
            name = f"{key}/{system}/{error}"
            before = (known or {}).get(name)
            body: dict[str, Any] = dict(before.body) if before is not None and isinstance(before.body, dict) else {}
            earlier = body.get("buckets") or [0] * len(counts)
            buckets = [one + more for one, more in zip(earlier, counts, strict=True)]
            told: dict[str, Any] = {
                "system": system,
                "at": at.isoformat(),
                "count": sum(buckets),
                "error": error,
                "buckets": list(buckets),
                "seconds": float(body.get("seconds") or 0.0) + self.totals[system, error],
            }
            found.append(KeptFact(environment, "call", name, source, at, told))
        return found

    def names(self, key: str) -> list[str]:
        """Return the keys that `facts` will store under."""
        return [f"{key}/{system}/{error}" for system, error in self.counts]


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
