"""Counts calls to systems: how long each took, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.metrics.facts import CALL_BOUNDS, bucket_of
from harness.model.facts import KeptFact


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
