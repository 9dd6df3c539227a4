"""Orders that would reach systems: refused where there is nothing to reach, or somewhere else is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from made import monitor

from harness.history import place_request, request_of
from harness.model.monitoring import RequestState
from synthetic.cli.landscape import read_landscape
from synthetic.cli.live_orders import live_handlers
from synthetic.monitor.schedule import Schedule


@pytest.mark.parametrize(
    ("environment", "kind", "payload", "words"),
    [
        ("landscape", "reap", {}, "keeps nothing"),
        ("landscape", "replay-event", {"event": "evt_1"}, "keeps nothing"),
        ("sandbox", "reap", {"environment": "production"}, "not production"),
        ("sandbox", "replay-event", {}, "names no event"),
        ("production", "replay-event", {"event": "evt_1"}, ""),
        ("production", "reap", {"older_than": "soon"}, ""),
    ],
)
def test_they_end_as_refused_or_failed_and_the_monitor_goes_on(history, environment, kind, payload, words):
    made = monitor(history, [Schedule("invoice-posting", environment, "15m")])
    orders = replace(made.monitor.orders, more=live_handlers(environment, read_landscape()))
    whole = replace(made.monitor, orders=orders)
    request = place_request(history, kind, payload, by="Ines Wolf")
    replace(made, monitor=whole).run_for(timedelta(minutes=1))
    ended = request_of(history, request.id)
    assert ended.state in {RequestState.REFUSED, RequestState.FAILED}
    assert words in ended.answer["reason"]
    assert ended.answer["reason"]
