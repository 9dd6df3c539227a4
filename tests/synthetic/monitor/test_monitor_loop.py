"""The loop on a clock that only moves by waiting: days of monitoring in milliseconds."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from made import FAILED, INCONCLUSIVE, PASSED, START, Clock, monitor, run

from harness.history.alerts import open_alerts
from harness.history.requests import place_request, request_of
from harness.history.runs import record_run, runs_since
from harness.history.slots import claim_slot
from harness.history.windows import open_window
from harness.metrics.objectives import ProbeTarget
from harness.model.monitoring import MaintenanceWindow, RequestState, Slot
from synthetic.monitor.rules import judge
from synthetic.monitor.schedule import Schedule, slot_time
from synthetic.monitor.watching import Watcher, past_of
from synthetic.monitor.webhook import DeliveryError

QUARTER = Schedule("invoice-posting", "sandbox", "15m")
SELDOM = timedelta(minutes=10)
"""Between two rounds where nothing has to be seen sooner; a runner wakes for every slot all the same."""


def _scripted(*verdicts, **more):
    """Play the given (verdict, category, fixed) one after another, then pass."""
    left = list(verdicts)

    def play(work, now):
        verdict, category, fixed = left.pop(0) if left else (PASSED, "", False)
        slot = work.slot
        return run(
            verdict,
            now,
            probe=slot.probe,
            slot=slot.slot,
            environment=slot.environment,
            category=category,
            fixed=fixed,
            **more,
        )

    return play


def test_each_slot_of_a_day_is_played_once_at_its_time_plus_jitter(history):
    made = monitor(history, [QUARTER], poll=SELDOM)
    made.run_for(timedelta(hours=12))
    runs = runs_since(history, START - timedelta(days=1))
    slots = [one.slot for one in runs]
    assert len(slots) == len(set(slots)) in {48, 49}
    for one in runs[1:]:  # the first is one that nobody played before the monitor began
        planned = slot_time(one.slot)
        assert planned is not None
        assert timedelta() <= one.started - planned <= timedelta(minutes=1, seconds=3)
    assert made.lines == []


def test_a_confirmed_fact_pages_after_one_run_and_two_passes_end_it(history):
    ok = (PASSED, "", False)
    made = monitor(history, [QUARTER], verdict=_scripted(ok, (FAILED, "tax", True)))
    made.run_for(timedelta(hours=3))
    assert made.headlines() == [("opened", "page", "erp", "tax"), ("recovered", "page", "erp", "tax")]
    opened, closed = made.sent
    assert closed.alert.closed_at - opened.alert.opened == closed.alert.closed_at - opened.alert.seen
    assert "Posted in the ledger" in opened.headline
    assert closed.headline.startswith("Over after")
    assert open_alerts(history) == ()


def test_a_fact_that_may_heal_pages_only_when_it_fails_again(history):
    ok, bad = (PASSED, "", False), (FAILED, "missing", False)
    made = monitor(history, [QUARTER], verdict=_scripted(ok, bad, ok, ok, bad, bad, ok, bad))
    made.run_for(timedelta(hours=2, minutes=-10))
    assert [one[:2] for one in made.headlines()] == [("opened", "page")]
    assert made.sent[0].alert.opened > START + timedelta(minutes=50)


def test_nobody_is_told_before_the_first_success(history):
    bad = (FAILED, "tax", True)
    made = monitor(history, [QUARTER], verdict=_scripted(*[bad] * 20))
    made.run_for(timedelta(hours=4))
    assert made.headlines() == []


def test_three_inconclusive_runs_in_a_row_are_the_owners(history):
    ok, none = (PASSED, "", False), (INCONCLUSIVE, "unreachable", False)
    made = monitor(history, [QUARTER], verdict=_scripted(ok, none, none, ok, none, none, none))
    made.run_for(timedelta(hours=4))
    assert made.headlines() == [
        ("opened", "owner", "erp", "unreachable"),
        ("recovered", "owner", "erp", "unreachable"),
    ]
    assert made.sent[0].alert.entity == ""


def test_reminders_double_until_somebody_owns_it(history):
    ok, bad = (PASSED, "", False), (FAILED, "tax", True)
    made = monitor(history, [QUARTER], verdict=_scripted(ok, *[bad] * 400), poll=SELDOM)
    made.run_for(timedelta(hours=8))
    assert [one.occasion.value for one in made.sent] == ["opened", "reminder", "reminder", "reminder"]
    gaps = [(b.at - a.at) // timedelta(minutes=30) for a, b in zip(made.sent, made.sent[1:], strict=False)]
    assert gaps == [2, 4, 8]
    request = place_request(history, "own-alert", {"key": made.sent[0].alert.key}, by="Ines Wolf")
    made.run_for(timedelta(hours=9))
    assert request_of(history, request.id).state is RequestState.DONE
    assert len(made.sent) == 4
    assert open_alerts(history)[0].owner == "Ines Wolf"


def test_maintenance_marks_runs_and_tells_nobody_then_or_afterwards_of_what_is_over(history):
    window = MaintenanceWindow("w1", "sandbox", "Bo", "ERP upgrade", START, START + timedelta(hours=1))
    made = monitor(history, [QUARTER], verdict=_scripted((PASSED, "", False), *[(FAILED, "tax", True)] * 3))
    open_window(history, window)
    made.run_for(timedelta(hours=3))
    assert made.headlines() == []
    marked = [one.maintenance for one in runs_since(history, START - timedelta(hours=1))]
    assert marked[:4] == ["w1"] * 4
    assert set(marked[5:]) == {""}


def test_what_goes_on_after_maintenance_is_said_after_it(history):
    window = MaintenanceWindow("w1", "sandbox", "Bo", "ERP upgrade", START, START + timedelta(hours=1))
    made = monitor(history, [QUARTER], verdict=_scripted((PASSED, "", False), *[(FAILED, "tax", True)] * 9))
    open_window(history, window)
    made.run_for(timedelta(hours=2))
    assert [one[:2] for one in made.headlines()] == [("opened", "page")]
    assert made.sent[0].at >= window.ends


def test_two_weeks_of_observing_record_alerts_and_tell_nobody(history):
    bad = (FAILED, "tax", True)
    hourly = Schedule("invoice-posting", "sandbox", "6h")
    made = monitor(
        history,
        [hourly],
        verdict=_scripted((PASSED, "", False), *[bad] * 400),
        observe=timedelta(days=14),
        poll=timedelta(hours=2),
    )
    made.run_for(timedelta(days=13, hours=20))
    assert made.headlines() == []
    assert open_alerts(history)[0].details["held"] == "observe mode"
    made.run_for(timedelta(days=1))
    assert made.headlines()[0][:2] == ("opened", "page")
    assert made.sent[0].at >= START + timedelta(days=14)


def test_a_probe_that_stops_looking_is_noticed_after_three_intervals(history):
    made = monitor(history, [QUARTER])
    made.run_for(timedelta(hours=1))
    # another runner takes every slot and then never plays one: nothing conclusive comes any more
    for minute in range(0, 200, 15):
        at = START + timedelta(hours=1, minutes=minute)
        claim_slot(history, QUARTER.slot(at), "stuck", 10_000)
    made.run_for(timedelta(hours=2))
    assert made.headlines() == [("opened", "owner", "", "silent")]
    assert "has not looked for" in made.sent[0].headline


def test_a_message_that_did_not_arrive_is_sent_again_with_the_same_id(history):
    tries = []

    def send(notice):
        tries.append(notice)
        if len(tries) < 3:
            raise DeliveryError("hooks.example could not be reached: timed out")

    made = monitor(history, [QUARTER], verdict=_scripted((PASSED, "", False), *[(FAILED, "tax", True)] * 2), send=send)
    made.run_for(timedelta(minutes=40))
    assert len(tries) == 3
    assert len({one.id for one in tries}) == 1
    assert any("not sent" in line for line in made.lines)


def test_orders_are_executed_once_and_unknown_ones_refused(history):
    made = monitor(history, [QUARTER])
    wanted = place_request(history, "run-probe", {"probe": "invoice-posting", "environment": "sandbox"}, by="Dana")
    unknown = place_request(history, "format-disk", {}, by="Eve")
    elsewhere = place_request(history, "run-probe", {"probe": "invoice-posting", "environment": "production"}, by="Eve")
    window = place_request(
        history, "open-window", {"environment": "sandbox", "minutes": 30}, by="Bo", reason="ERP upgrade"
    )
    made.run_for(timedelta(minutes=1))
    done = request_of(history, wanted.id)
    assert done.state is RequestState.DONE
    assert [one.id for one in runs_since(history, START) if one.origin == "request"] == [done.answer["run"]]
    assert request_of(history, unknown.id).state is RequestState.REFUSED
    assert request_of(history, elsewhere.id).state is RequestState.REFUSED
    assert request_of(history, window.id).answer["window"] == f"request-{window.id}"


def test_two_monitors_whose_clocks_differ_by_half_a_minute_play_each_slot_once(history):
    first, second = (
        monitor(history, [QUARTER], name=name, clock=Clock(START, skew), poll=SELDOM)
        for name, skew in (("first", timedelta()), ("second", timedelta(seconds=30)))
    )
    for _ in range(12 * 4):
        for made in (first, second):
            made.run_for(timedelta(minutes=15))
    played = [*first.script.played, *second.script.played]
    assert len(played) == len(set(played)) == len(runs_since(history, START - timedelta(days=1))) >= 48
    assert first.script.played
    assert second.script.played


def test_a_slot_whose_runner_died_is_taken_over_and_one_too_old_is_recorded(history):
    made = monitor(history, [QUARTER])
    dead = Slot("invoice-posting", "sandbox", "2027-03-01T05:45:00Z")
    old = Slot("invoice-posting", "sandbox", "2027-02-27T05:45:00Z")
    for slot in (dead, old):
        claim_slot(history, slot, "dead", -1)
    made.run_for(timedelta(minutes=5))
    by_slot = {one.slot: one for one in runs_since(history, START - timedelta(days=9))}
    assert by_slot[dead.slot].verdict is PASSED
    assert by_slot[dead.slot].attempt == 2
    assert by_slot[old.slot].verdict is INCONCLUSIVE
    assert "died" in by_slot[old.slot].reason


def test_a_player_that_breaks_leaves_an_inconclusive_run(history):
    def play(_work, _now):
        raise ZeroDivisionError

    made = monitor(history, [QUARTER], verdict=play)
    made.run_for(timedelta(minutes=20))
    runs = runs_since(history, START - timedelta(hours=1))
    assert (runs[0].verdict, runs[0].reason) == (INCONCLUSIVE, "ZeroDivisionError in the runner")


def test_the_ticket_rule_takes_the_target_of_the_objective(history):
    def ticket(targets):
        watcher = Watcher(
            history, "r", (Schedule("invoice-posting", "sandbox", "15m"),), START, send=lambda _: None, targets=targets
        )
        failed = run(FAILED, START + timedelta(hours=2), category="missing")
        return judge(past_of(watcher, failed, frozenset({"invoice-posting"})), START + timedelta(hours=3))

    for number in range(3):
        record_run(history, run(FAILED, START + timedelta(minutes=30 * number), category=f"other-{number}"))
    strict = ProbeTarget(Fraction(99, 100), timedelta(days=30))
    lenient = ProbeTarget(Fraction(9, 10), timedelta(days=30))
    assert ticket({"invoice-posting": strict}).level == "ticket"
    assert "30 d of 2880 runs allow 28.8 at 99 %" in ticket({"invoice-posting": strict}).why
    assert ticket({"": lenient}) is None, "the one for all probes holds where none names this one"
    assert ticket({"": lenient, "invoice-posting": strict}).level == "ticket"


@pytest.mark.parametrize(("days", "allowed", "is_told"), [(30, "28.8", True), (14, "13.4", True), (90, "86.4", False)])
def test_the_ticket_rule_counts_over_the_window_of_the_objective(history, days, allowed, is_told):
    targets = {"invoice-posting": ProbeTarget(Fraction(99, 100), timedelta(days=days))}
    schedules = (Schedule("invoice-posting", "sandbox", "15m"),)
    watcher = Watcher(history, "r", schedules, START, send=lambda _: None, targets=targets)
    for number in range(3):
        record_run(history, run(FAILED, START + timedelta(minutes=30 * number), category=f"other-{number}"))
    failed = run(FAILED, START + timedelta(hours=2), category="missing")
    found = judge(past_of(watcher, failed, frozenset({"invoice-posting"})), START + timedelta(hours=3))
    assert (found is not None) is is_told
    assert found is None or f"{days} d of" in found.why
    assert found is None or f"allow {allowed}" in found.why
