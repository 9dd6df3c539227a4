"""Who watches a run: trace context on every call, one OpenTelemetry span a step, no cost where nobody watches."""

from __future__ import annotations

import asyncio

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from harness.catalog import Category
from synthetic.clock import VirtualClock
from synthetic.deeds import Boundary, Call
from synthetic.deeds.calls import Kind
from synthetic.transaction import Categories, probe, run_probe
from synthetic.transaction.tracing import tracing

CATEGORIES = Categories([Category("tax", "", "", "", fields=("*.tax",))])


@probe("posted")
async def posted(tx):
    """An invoice is posted with its tax."""
    await tx.do("Invoiced", Call("erp", "post", kind=Kind.DEED, key=tx.key("i")))
    await tx.see("Posted", Call("erp", "posting_of"), fixed={"tax": 19}, within="1m")


class Erp:
    def __init__(self, tax):
        self.tax, self.traces = tax, []

    def call(self, attempt):
        self.traces.append(attempt.trace)
        return {"count": 1, "tax": self.tax}


def play(tax, observers=()):
    erp, clock = Erp(tax), VirtualClock()
    boundary = Boundary({"erp": erp}, clock)
    run = asyncio.run(run_probe(posted, {}, boundary, clock, categories=CATEGORIES, observers=observers))
    return run, erp.traces


def spans_of(tax):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    _, traces = play(tax, tracing("posted", "sandbox", provider.get_tracer("test")))
    return exporter.get_finished_spans(), traces


def test_every_call_carries_the_trace_of_its_step_without_any_sdk():
    _, traces = play(19)
    _, again = play(19)
    assert traces == again
    assert len({trace.split("-")[1] for trace in traces}) == 1
    assert len({trace.split("-")[2] for trace in traces}) == 2
    assert all(len(trace) == 55 and trace.startswith("00-") for trace in traces)


def test_a_step_is_one_span_and_its_calls_carry_it():
    (deed, look), traces = spans_of(19)
    assert (deed.name, look.name) == ("Invoiced", "Posted")
    assert traces[0].split("-")[2] == f"{deed.context.span_id:016x}"
    assert look.attributes["test.case.result.status"] == "pass"
    assert look.attributes["user_agent.synthetic.type"] == "test"


def test_a_failed_step_is_a_span_in_error_under_its_category():
    spans, _ = spans_of(7)
    assert spans[-1].attributes["error.type"] == "tax"
    assert not spans[-1].status.is_ok
