"""The canary proves the way from a wrong invoice to a person, and costs nobody a budget."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from made import FAILED, INCONCLUSIVE, PASSED, START, Clock, monitor, run

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from harness.history import measurements_since, open_alerts, place_request, request_of, runs_since
from harness.metrics.counting import families
from harness.metrics.facts import Window
from harness.metrics.figures import figures
from harness.metrics.runs import facts_of_runs
from synthetic.cli.running import open_place, play_in
from synthetic.monitor.canary import ORIGIN, TOLD, Canary, wrong_invoice
from synthetic.monitor.notices import to_json, to_text
from synthetic.monitor.schedule import Schedule
from synthetic.monitor.webhook import DeliveryError

ROOT = Path(__file__).parents[3]
QUARTER = Schedule("invoice-posting", "sandbox", "15m")
HOURLY = Schedule("invoice-posting", "sandbox", "1h")
DAILY = Schedule(wrong_invoice.name, "sandbox", "0 7 * * *", origin=ORIGIN)
CANARY = Canary(DAILY)


def _playing(canary_verdict=FAILED, category="tax", *, after=None):
    """Other probes pass; the canary ends as given, or as `after` says from its second time on."""
    seen = []

    def play(work, now):
        slot = work.slot
        if slot.probe != wrong_invoice.name:
            return run(PASSED, now, probe=slot.probe, slot=slot.slot)
        verdict, name = (after or (canary_verdict, category)) if seen else (canary_verdict, category)
        seen.append(now)
        return run(
            verdict, now, probe=slot.probe, slot=slot.slot, category=name if verdict is FAILED else "", fixed=True
        )

    return play


def _made(history, verdict=None, *, beside=QUARTER, poll=timedelta(minutes=5), **more):
    return monitor(history, [beside, DAILY], verdict=verdict or _playing(), canary=CANARY, poll=poll, **more)


def _made_for_days(history, verdict=None):
    """A runner that is watched for days: it does a round in half an hour, with less beside the canary."""
    return _made(history, verdict, beside=HOURLY, poll=timedelta(minutes=30))


def test_a_canary_is_told_once_marked_as_a_drill_and_is_over(history):
    made = _made(history)
    made.run_for(timedelta(hours=5))
    (notice,) = made.sent
    assert notice.headline.startswith("Canary drill, nothing to do: Posted in the ledger")
    assert (notice.alert.level, notice.alert.category) == ("page", "canary")
    assert to_json(notice)["drill"] is True
    assert "on purpose" in to_text(notice)
    assert open_alerts(history) == ()
    (told,) = measurements_since(history, TOLD, START)
    assert 0 < told.value < 600


def test_every_day_has_a_canary_of_its_own(history):
    made = _made_for_days(history)
    made.run_for(timedelta(days=3))
    assert [one.alert.category for one in made.sent] == ["canary"] * 3
    assert len({one.id for one in made.sent}) == 3, "a reader that drops what it saw must not drop the next day's"


@pytest.mark.parametrize(
    ("verdict", "category", "words"),
    [
        (PASSED, "", "was not noticed"),
        (FAILED, "missing", "did not fail as it must"),
        (INCONCLUSIVE, "", "did not fail as it must"),
    ],
)
def test_a_canary_that_is_not_noticed_is_an_alarm_until_one_is(history, verdict, category, words):
    made = _made_for_days(history, _playing(verdict, category, after=(FAILED, "tax")))
    made.run_for(timedelta(hours=4))
    alarm = made.sent[0]  # and reminders of it
    assert {one.alert.category for one in made.sent} == {"canary-missed"}
    assert (alarm.alert.category, alarm.alert.level) == ("canary-missed", "page")
    assert words in alarm.headline
    assert to_json(alarm)["drill"] is False
    made.run_for(timedelta(days=1))
    assert [one.occasion.value for one in made.sent if one.alert.category == "canary-missed"][-1] == "recovered"
    assert open_alerts(history) == ()


def test_a_canary_nobody_was_told_of_in_time_is_an_alarm_and_stops_the_sign_of_life(history):
    beats, sent, down = [], [], [True]

    def send(notice):
        if down[0]:
            raise DeliveryError("the webhook answered 500")
        sent.append(notice)

    clock = Clock()
    made = _made(history, clock=clock, send=send, alive=lambda: beats.append(clock.now()))
    made.run_for(timedelta(hours=4))
    assert {one.category for one in open_alerts(history)} == {"canary", "canary-missed"}
    planned = START.replace(hour=7)
    assert max(beats) <= planned + CANARY.deadline + timedelta(minutes=5)
    assert any("no sign of life" in line for line in made.lines)
    down[0] = False
    made.run_for(timedelta(minutes=30))
    assert {one.alert.category for one in sent} == {"canary", "canary-missed"}
    assert open_alerts(history) == ()
    assert max(beats) > planned + timedelta(hours=3)


def test_a_runner_that_has_just_begun_is_not_blamed_for_what_was_planned_before(history):
    made = _made(history, clock=Clock(START.replace(hour=9)))
    made.run_for(timedelta(hours=3))
    assert [one for one in made.sent if one.alert.category == "canary-missed"] == []


def test_observe_mode_holds_the_canary_and_its_alarm(history):
    made = _made(history, observe=timedelta(days=14))
    made.run_for(timedelta(hours=5))
    assert made.sent == []


def test_a_canary_spends_no_budget_and_opens_no_other_alert(history):
    made = _made_for_days(history)
    made.run_for(timedelta(days=4))
    window = Window(START - timedelta(days=1), START + timedelta(days=5))
    runs = runs_since(history, window.since)
    canaries = [one for one in runs if one.origin == ORIGIN]
    assert len(canaries) == 4
    found = {one.name: one for one in figures(families(facts_of_runs(runs), window))}
    assert found["probe-success"].share == 1
    assert found["probe-success"].denominator == len(runs) - 4
    assert found["invoice-posting-success"].share == 1 if "invoice-posting-success" in found else True
    assert {one.alert.category for one in made.sent} == {"canary"}


def test_a_canary_that_is_ordered_is_a_canary_too(history):
    made = _made(history)
    payload = {"probe": wrong_invoice.name, "environment": "sandbox"}
    order = place_request(history, "run-probe", payload, by="dana", reason="show me")
    made.run_for(timedelta(minutes=20))
    assert request_of(history, order.id).state.value == "done"
    assert [one.alert.category for one in made.sent] == ["canary"]


def test_the_wrong_invoice_is_noticed_for_its_tax_and_taken_back():
    catalog = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
    place = open_place("landscape", 0, catalog=catalog)
    found = asyncio.run(play_in(wrong_invoice, place, "canary"))
    assert (found.verdict.value, found.category, found.leaks) == ("failed", "tax", ())
    invoices = place.landscape.core.desk.storage.all("invoice")
    assert {one["status"] for one in invoices} == {"void"}


def test_the_canary_leaves_nothing_in_the_exception_queue_and_what_became_of_its_event_is_on_record():
    catalog = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
    place = open_place("landscape", 0, catalog=catalog)
    asyncio.run(play_in(wrong_invoice, place, "canary"))
    queue = place.landscape.sync.storage.queue
    for _ in range(60):  # the webhook of the voided invoice is on its way
        if queue.problems(only_open=False) and not queue.problems():
            break
        asyncio.run(place.clock.sleep(timedelta(seconds=1)))
        place.landscape.catch_up()
    (held,) = queue.problems(only_open=False)
    assert (held.code, held.closed is not None, held.closed_by) == ("tax-differs", True, "billing")
    assert held.cause == "voided in billing before it was posted"
    assert ("superseded", held.event_id) in {(what, subject) for _, what, subject, _ in queue.audit()}
