"""Who watches a run: a screen, a trace. A run without observers pays nothing."""

from __future__ import annotations

import hashlib
from typing import Protocol

from synthetic.deeds import Call
from synthetic.transaction.values import StepRecord


class Observer(Protocol):
    """Told when a step begins and when it is decided."""

    def begins(self, title: str, call: Call, within: float) -> str:
        """Take note of a step; return its W3C trace context, "" for none.

        Args:
            title: The sentence of the step.
            call: What is asked.
            within: Seconds it has; 0 for a deed.
        """

    def ended(self, step: StepRecord) -> None:
        """Take note of how it ended."""


def trace_context(run_id: str, number: int) -> str:
    """Return the W3C `traceparent` of a step: the same for the same step of a run, so that logs join without an SDK."""
    trace = hashlib.sha256(run_id.encode()).hexdigest()[:32]
    span = hashlib.sha256(f"{run_id}/{number}".encode()).hexdigest()[:16]
    return f"00-{trace}-{span}-01"
