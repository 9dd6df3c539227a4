"""Orders that people place are really executed on a running sandbox, each once, and what came of them is kept."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from harness.history import open_history, place_request, request_of
from harness.model.monitoring import RequestState
from synthetic.cli.live_orders import live_handlers
from synthetic.deeds import Attempt
from synthetic.deeds.calls import Kind
from synthetic.environments import open_environment
from synthetic.monitor.schedule import Schedule

sys.path.insert(0, str(Path(__file__).parents[1] / "monitor"))
from made import monitor

pytestmark = pytest.mark.integration


@pytest.fixture
def live(shared_sandbox, reference, tmp_path, monkeypatch):
    """An environment, and a monitor over it that a person orders things of."""
    (tmp_path / ".harness").mkdir()
    (tmp_path / ".harness" / "sandbox").symlink_to(shared_sandbox.folder)
    monkeypatch.chdir(tmp_path)
    place = open_environment("sandbox", reference, sandbox=shared_sandbox.folder)
    history = open_history("sqlite://")
    made = monitor(history, [Schedule("invoice-posting", "sandbox", "0 0 1 1 *")])
    orders = replace(made.monitor.orders, more=live_handlers("sandbox", reference))
    yield _Live(place, history, replace(made, monitor=replace(made.monitor, orders=orders)), shared_sandbox)
    history.close()
    place.close()


class _Live:
    def __init__(self, place, history, made, running):
        self.place, self.history, self.made, self.running = place, history, made, running

    def ask(self, port, operation, key="", **request):
        kind = Kind.DEED if key else Kind.LOOK
        return self.place.adapters[port].call(Attempt(port, operation, request, kind, key, self.place.clock.now()))

    def sell(self, name, tax_code="DE-S19"):
        self.ask("crm", "accept_account", f"a-{name}", account=name, name=name, country="DE", tax_id="DE129273398")
        made = self.ask("billing", "onboard", f"c-{name}", account=name, name=name, entity="DE-01", currency="EUR",
                        terms="NET30", tax_id="DE129273398")  # fmt: skip
        return self.ask("billing", "subscribe", f"s-{name}", customer=made["id"], sku="PRO-ANNUAL", entity="DE-01",
                        currency="EUR", tax_code=tax_code, contract=f"C-{name}", terms="NET30")  # fmt: skip

    def order(self, kind, payload):
        request = place_request(self.history, kind, payload, by="Ines Wolf", reason="month end")
        self.made.run_for(timedelta(minutes=10))
        return request_of(self.history, request.id)

    def audit(self, event):
        log = self.ask("sync", "log_of", limit=10_000)
        return [row["what"] for row in log["audit"] if row["event"] == event]

    def held(self, invoice):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            rows = self.ask("sync", "log_of", limit=10_000)["exceptions"]
            found = next((row["event_id"] for row in rows if row["object_id"] == invoice), None)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError("it was never held")


def test_a_held_event_is_tried_again_once_and_who_ordered_it_is_kept(live):
    sold = live.sell(f"held-{time.time():.0f}", tax_code="DE-OS")  # the middleware holds what the tax engine denies
    event = live.held(sold["invoice"])
    assert live.audit(event).count("replay") == 0
    ended = live.order("replay-event", {"event": event, "environment": "sandbox"})
    assert (ended.state, ended.answer) == (RequestState.DONE, {"released": True})
    assert (ended.by, ended.reason, bool(ended.taken_by), bool(ended.finished_at)) == (
        "Ines Wolf",
        "month end",
        True,
        True,
    )
    assert live.audit(event).count("replay") == 1, "ten minutes of a monitor, and once"
    assert live.held(sold["invoice"]) == event, "it was really tried, and is held again for the same reason"
    assert live.audit(event).count("held") == 2


def test_an_event_that_is_not_held_is_not_released(live):
    ended = live.order("replay-event", {"event": "evt_nobody_knows"})
    assert (ended.state, ended.answer) == (RequestState.DONE, {"released": False})


def test_what_runs_left_behind_is_taken_back_once(live):
    sold = live.sell(f"left-{time.time():.0f}")
    live.running.advance(timedelta(hours=2))
    ended = live.order("reap", {"older_than": "1h"})
    assert ended.state is RequestState.DONE, ended.answer
    assert ended.answer["taken_back"] >= 2
    assert {"subscription", "invoice"} <= set(ended.answer["sorts"])
    assert live.ask("billing", "subscription_of", subscription=sold["id"])["status"] == "canceled"
    assert live.ask("billing", "invoice_of", invoice=sold["invoice"])["status"] == "void"
    assert live.order("reap", {"older_than": "1h"}).answer["taken_back"] == 0
