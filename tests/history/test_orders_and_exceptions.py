"""Orders, windows, alerts, measurements and exceptions live from run to run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.history import (
    alerts_since,
    assign_exception,
    beat,
    close_window,
    comparisons_since,
    exceptions_since,
    finish_request,
    measurements_since,
    open_alert,
    open_alerts,
    open_exceptions,
    open_window,
    place_request,
    recent_requests,
    record_comparison,
    record_measurements,
    request_of,
    requeue_requests,
    save_alert,
    settle_exception,
    take_request,
    windows_at,
    windows_between,
)
from harness.model import UsageError
from harness.model.monitoring import Alert, AlertState, MaintenanceWindow, Measurement, RequestState
from harness.model.reconciliation import Comparison, ExceptionState, ReconciliationException

_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_WINDOW = MaintenanceWindow("", "sandbox", "revops", "ERP update", _AT, _AT + timedelta(hours=2), ("cash*",))
_ALERT = Alert("sandbox/DE-01/erp/amount", "sandbox", "DE-01", "erp", "amount", _AT, _AT, details={"n": 1})
_FOUND = ReconciliationException(
    "DE-01/in_1/amount", "ar-subledger", "DE-01", "2026-11", "amount", _AT, _AT, 1200, "EUR", details={"billing": 1}
)


def _compared(at: datetime, **changed: int) -> Comparison:
    return Comparison("ar-subledger", "DE-01", "2026-11", at, **{"compared": 10, "matched": 9, **changed})


def test_an_order_is_executed_once_and_kept_with_its_answer(history):
    placed = place_request(history, "run-probe", {"probe": "cash"}, by="dana", reason="after the fix")
    place_request(history, "replay-event", {"id": "evt_1"}, by="alma")
    assert take_request(history, "m1", ["open-window"]) is None
    taken = take_request(history, "m1", ["run-probe", "replay-event"])
    assert (taken.id, taken.state, taken.taken_by) == (placed.id, RequestState.TAKEN, "m1")
    assert take_request(history, "m2").kind == "replay-event"
    assert take_request(history, "m2") is None
    done = finish_request(history, taken, {"run": "syn-1"})
    assert (done.state, done.answer, done.by, done.reason) == (
        RequestState.DONE,
        {"run": "syn-1"},
        "dana",
        "after the fix",
    )
    assert finish_request(history, taken) is None
    assert request_of(history, placed.id) == done
    assert [one.kind for one in recent_requests(history)] == ["replay-event", "run-probe"]


def test_an_order_of_a_runner_that_died_is_queued_again(history):
    place_request(history, "run-probe", {}, by="dana")
    beat(history, "m1")
    taken = take_request(history, "m1")
    assert requeue_requests(history, silent_seconds=60) == 0
    assert requeue_requests(history, silent_seconds=-60) == 1
    again = take_request(history, "m2")
    assert (again.id, again.taken_by) == (taken.id, "m2")
    assert finish_request(history, taken) is None, "the runner that was given up ends nothing"


@pytest.mark.parametrize(("kind", "by"), [("run-probe", " "), ("", "dana")])
def test_an_order_names_what_and_who(history, kind, by):
    with pytest.raises(UsageError, match="needs a kind and who"):
        place_request(history, kind, {}, by=by)


def test_an_order_ends_as_done_failed_or_refused(history):
    place_request(history, "reap", {}, by="dana")
    with pytest.raises(UsageError, match="does not end as queued"):
        finish_request(history, take_request(history, "m"), state=RequestState.QUEUED)


def test_a_window_holds_between_its_ends_and_only_there(history):
    stored = open_window(history, _WINDOW)
    assert stored.id
    assert stored.probes == ("cash*",)
    assert windows_at(history, _AT, "sandbox") == (stored,)
    assert windows_at(history, _AT + timedelta(hours=2)) == ()
    assert windows_at(history, _AT, "production") == ()
    assert close_window(history, stored.id, _AT + timedelta(hours=1))
    assert not close_window(history, stored.id, _AT + timedelta(hours=1))
    assert windows_between(history, _AT + timedelta(hours=1), _AT + timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"owner": ""}, "needs an owner"),
        ({"reason": " "}, "and a reason"),
        ({"ends": _AT}, "ends after it starts"),
        ({"ends": _AT + timedelta(days=8)}, "within 7 days"),
    ],
)
def test_a_window_has_owner_reason_and_an_end(history, changed, words):
    with pytest.raises(UsageError, match=words):
        open_window(history, replace(_WINDOW, **changed))


def test_an_alert_is_one_row_until_it_is_closed(history):
    opened = save_alert(history, _ALERT)
    assert open_alert(history, _ALERT.key) == opened
    owned = save_alert(history, replace(opened, state=AlertState.OWNED, owner="kai", owned_at=_AT, count=4))
    assert open_alerts(history) == (owned,)
    save_alert(history, replace(owned, state=AlertState.CLOSED, closed_at=_AT + timedelta(hours=1)))
    assert open_alert(history, _ALERT.key) is None
    assert open_alerts(history) == ()
    again = save_alert(history, _ALERT)
    assert again.id != opened.id
    assert [one.id for one in alerts_since(history, _AT)] == [opened.id, again.id]
    assert [one.id for one in alerts_since(history, _AT + timedelta(hours=2))] == [again.id]


def test_measurements_come_back_by_name_and_time(history):
    observed = [
        Measurement("billing_erp.invoice.postings", _AT + timedelta(hours=n), n, "ledger", (("result", "posted"),))
        for n in range(3)
    ]
    assert record_measurements(history, observed) == 3
    assert record_measurements(history, []) == 0
    found = measurements_since(history, "billing_erp.invoice.postings", _AT, _AT + timedelta(hours=2))
    assert found == tuple(observed[:2])


def test_an_exception_keeps_its_first_sight_and_owner_until_it_is_gone(history):
    first = record_comparison(history, _compared(_AT), [_FOUND])
    assert (first.opened, first.closed, first.open) == (1, 0, 1)
    assign_exception(history, _FOUND.key, "kai")

    later = _AT + timedelta(days=1)
    again = replace(_FOUND, first_seen=later, last_seen=later, amount=1300)
    assert record_comparison(history, _compared(later), [again]).opened == 0
    (kept,) = open_exceptions(history, checkpoint="ar-subledger", entity="DE-01")
    assert (kept.first_seen, kept.last_seen, kept.amount, kept.owner) == (_AT, later, 1300, "kai")

    gone = _AT + timedelta(days=2)
    last = record_comparison(history, _compared(gone, matched=10), [])
    assert (last.opened, last.closed, last.open) == (0, 1, 0)
    assert open_exceptions(history) == ()
    (closed,) = exceptions_since(history, _AT)
    assert (closed.state, closed.closed_at) == (ExceptionState.CLOSED, gone)
    assert [one.compared for one in comparisons_since(history, _AT, "ar-subledger")] == [10, 10, 10]


def test_an_exception_that_returns_is_open_again_and_an_accepted_one_stays_accepted(history):
    record_comparison(history, _compared(_AT), [_FOUND])
    settle_exception(history, _FOUND.key, ExceptionState.CLOSED, "corrected by hand")
    assert record_comparison(history, _compared(_AT), [_FOUND]).opened == 1
    assert open_exceptions(history)[0].state is ExceptionState.OPEN

    settle_exception(history, _FOUND.key, ExceptionState.ACCEPTED, "rounding, below threshold")
    assert record_comparison(history, _compared(_AT), [_FOUND]).open == 0
    (accepted,) = open_exceptions(history)
    assert (accepted.state, accepted.reason) == (ExceptionState.ACCEPTED, "rounding, below threshold")
    assert settle_exception(history, "nothing", ExceptionState.CLOSED, "x") is None


def test_a_run_of_another_entity_closes_nothing(history):
    record_comparison(history, _compared(_AT), [_FOUND])
    record_comparison(history, replace(_compared(_AT), entity="US-01"), [])
    assert len(open_exceptions(history)) == 1


def test_one_document_in_two_environments_is_two_exceptions(history):
    for name in ("staging", "production"):
        record_comparison(history, replace(_compared(_AT), environment=name), [_FOUND])
    assert [one.environment for one in open_exceptions(history)] == ["production", "staging"]
    record_comparison(history, replace(_compared(_AT), environment="staging", matched=10), [])
    (left,) = open_exceptions(history)
    assert left.environment == "production", "what is over in one environment is not over in the other"
    assert [one.environment for one in exceptions_since(history, _AT, environment="staging")] == ["staging"]
    assert [one.open for one in comparisons_since(history, _AT, environment="production")] == [1]


def test_what_was_found_belongs_to_the_environment_and_source_of_its_comparison(history):
    run = replace(_compared(_AT), environment="sandbox", source="probe")
    stored = record_comparison(history, run, [replace(_FOUND, environment="elsewhere")])
    assert (stored.environment, stored.source) == ("sandbox", "probe")
    (found,) = open_exceptions(history, environment="sandbox")
    assert found.source == "probe"


def test_an_exception_of_two_environments_is_settled_only_where_it_is_named(history):
    for name in ("staging", "production"):
        record_comparison(history, replace(_compared(_AT), environment=name), [_FOUND])
    with pytest.raises(UsageError, match="production, staging"):
        assign_exception(history, _FOUND.key, "kai")
    assert assign_exception(history, _FOUND.key, "kai", environment="staging").owner == "kai"
    assert assign_exception(history, _FOUND.key, "kai", environment="nowhere") is None
    owners = {one.environment: one.owner for one in open_exceptions(history)}
    assert owners == {"staging": "kai", "production": ""}
    settle_exception(history, _FOUND.key, ExceptionState.ACCEPTED, "known", environment="production")
    states = {one.environment: one.state for one in open_exceptions(history)}
    assert states == {"staging": ExceptionState.OPEN, "production": ExceptionState.ACCEPTED}
