"""One OpenTelemetry span per step, where the API is installed (extra `otel`); elsewhere nothing, at no cost."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any

from synthetic.deeds import Call
from synthetic.transaction.observers import Observer
from synthetic.transaction.values import RunVerdict, StepRecord


def tracing(probe: str, environment: str, tracer: Any = None) -> Sequence[Observer]:
    """Return the observer that makes spans, or none where OpenTelemetry is not installed.

    Args:
        probe: Name of the probe.
        environment: Where it runs.
        tracer: A tracer; None for the one of the global provider.
    """
    if importlib.util.find_spec("opentelemetry") is None:
        return ()
    api = importlib.import_module("opentelemetry.trace")
    return (Spans(probe, environment, tracer or api.get_tracer("contract-harness"), api),)


class Spans:
    """Begins a span with each step and ends it with the verdict; names are those of the semantic conventions."""

    def __init__(self, probe: str, environment: str, tracer: Any, api: Any) -> None:
        """Keep the tracer; no span is made yet."""
        self._tracer = tracer
        self._api = api
        self._common = {
            "user_agent.synthetic.type": "test",
            "test.suite.name": probe,
            "deployment.environment.name": environment,
        }
        self._span: Any = None

    def begins(self, title: str, call: Call, within: float) -> str:
        """Begin a span and return its trace context."""
        self._span = self._tracer.start_span(
            title,
            attributes={
                **self._common,
                "test.case.name": title,
                "harness.port": call.port,
                "harness.operation": call.operation,
                "harness.within": within,
            },
        )
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-01" if context.trace_id else ""

    def ended(self, step: StepRecord) -> None:
        """End the span with the verdict of its step."""
        if self._span is None:
            return
        passed = step.verdict is RunVerdict.PASSED
        self._span.set_attribute("test.case.result.status", "pass" if passed else "fail")
        self._span.set_attribute("harness.looks", step.looks)
        self._span.set_attribute("harness.retries", step.retries)
        if not passed:
            self._span.set_attribute("error.type", step.category or step.verdict.value)
            self._span.set_status(self._api.Status(self._api.StatusCode.ERROR, step.reason or step.category))
        self._span.end()
        self._span = None
