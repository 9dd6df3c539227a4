"""Runs come back as they were recorded, and a slot has one run however many runners try."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from harness.history import (
    LostLeaseError,
    abandoned_slots,
    beat,
    claim_slot,
    finish_slot,
    last_slots,
    latest_runs,
    live_runners,
    mark_reaped,
    open_history,
    open_leaks,
    record_run,
    release_slot,
    renew_slot,
    run_of,
    runs_since,
    slot_state,
)
from harness.model.monitoring import Slot
from harness.model.runs import Difference, Leak, Look, Run, RunVerdict, Step

_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_SLOT = Slot("cash", "sandbox", "2026-11-22T10:00Z")
_RUN = Run(
    id="syn-1",
    probe="cash",
    environment="sandbox",
    slot=_SLOT.slot,
    verdict=RunVerdict.FAILED,
    started=_AT,
    seconds=12.25,
    category="amount",
    entity="DE-01",
    owner="revops",
    detected_after=9.5,
    calls=14,
    assertions=8,
    steps=(
        Step("Paid", "deed", "billing", "pay", RunVerdict.PASSED, _AT, 0.5, key="k-1", request={"invoice": "in_1"}),
        Step(
            title="Payment applied",
            kind="look",
            system="erp",
            operation="application_of",
            verdict=RunVerdict.FAILED,
            started=_AT + timedelta(seconds=1),
            seconds=8.0,
            category="amount",
            within=600,
            retries=1,
            differences=(
                Difference("application", "amount", Decimal("12.30"), Decimal("12.3000000000000000055"), "amount"),
            ),
            looks=(Look(_AT, 0.1, "unreachable", "503"), Look(_AT + timedelta(seconds=2), 0.2, "differs")),
            look_count=2,
            evidence={"amount": Decimal("12.3000000000000000055"), "count": 1, "note": "\u0000 ümlaut"},
            reason="",
        ),
    ),
    leaks=(Leak("Subscription", "billing", "cancel", {"id": "sub_1"}, "k-2", "503 three times"),),
)


def test_a_run_comes_back_as_it_was_recorded(history):
    stored = record_run(history, _RUN)
    found = run_of(history, "syn-1")
    assert stored == _RUN
    assert replace(found, leaks=(), steps=(replace(found.steps[0]), found.steps[1])) == replace(_RUN, leaks=())
    (leak,) = found.leaks
    assert replace(leak, run="", id=0) == _RUN.leaks[0]
    assert leak.run == "syn-1"
    assert str(found.steps[1].differences[0].seen) == "12.3000000000000000055"


def test_runs_are_read_by_time_probe_and_environment(history):
    for minute in range(4):
        record_run(history, replace(_RUN, id=f"syn-{minute}", started=_AT + timedelta(minutes=minute)))
    record_run(history, replace(_RUN, id="other", probe="renewal"))
    since = runs_since(history, _AT + timedelta(minutes=1), _AT + timedelta(minutes=3), probe="cash")
    assert [run.id for run in since] == ["syn-1", "syn-2"]
    assert since[0].steps[1].look_count == 2
    assert since[0].steps[1].evidence["count"] == 1
    assert runs_since(history, _AT, environment="production") == ()
    assert [run.steps for run in runs_since(history, _AT, probe="renewal", steps=False)] == [()]
    assert [run.id for run in latest_runs(history, "cash", "sandbox", 2)] == ["syn-3", "syn-2"]


def test_equal_evidence_is_kept_once(history):
    for number in range(5):
        record_run(history, replace(_RUN, id=f"syn-{number}"))
    with history.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar() == 1


def test_a_run_recorded_twice_without_a_lease_is_its_next_attempt(history):
    assert [record_run(history, _RUN).attempt for _ in range(3)] == [1, 2, 3]
    assert run_of(history, "syn-1").attempt == 3
    assert run_of(history, "syn-1", attempt=2).attempt == 2
    assert run_of(history, "nobody") is None


def test_what_json_cannot_write_is_kept_as_its_name(history):
    step = replace(_RUN.steps[1], evidence={"amount": float("nan"), "rate": Decimal("Infinity")}, differences=())
    record_run(history, replace(_RUN, steps=(step,)))
    assert run_of(history, "syn-1").steps[0].evidence == {"amount": "nan", "rate": "Infinity"}


def test_a_time_without_zone_is_refused(history):
    with pytest.raises(Exception, match="without zone"):
        record_run(history, replace(_RUN, started=datetime(2026, 11, 22)))  # noqa: DTZ001  (the point)
    assert runs_since(history, _AT - timedelta(days=9)) == ()


def test_leaks_stay_open_until_they_are_undone(history):
    record_run(history, _RUN)
    (leak,) = open_leaks(history)
    mark_reaped(history, leak, undone=False)
    (again,) = open_leaks(history)
    assert (again.tries, again.run) == (1, "syn-1")
    mark_reaped(history, again, undone=True)
    assert open_leaks(history) == ()
    assert run_of(history, "syn-1").leaks[0].reaped_at is not None


def test_one_runner_holds_a_slot_and_a_finished_one_is_never_played_again(history):
    lease = claim_slot(history, _SLOT, "a", 60)
    assert (lease.owner, lease.attempt) == ("a", 1)
    assert claim_slot(history, _SLOT, "b", 60) is None
    assert claim_slot(history, _SLOT, "a", 60) is None, "not even by the same runner, which may have restarted"
    record_run(history, _RUN, lease)
    assert claim_slot(history, _SLOT, "b", 60) is None
    assert slot_state(history, _SLOT).finished_at is not None
    assert last_slots(history) == {("cash", "sandbox"): _SLOT.slot}


def test_a_lease_that_ran_out_is_taken_over_and_its_old_holder_records_nothing(history):
    killed = claim_slot(history, _SLOT, "a", -1)
    assert [lease.owner for lease in abandoned_slots(history)] == ["a"]
    taken = claim_slot(history, _SLOT, "b", 60)
    assert (taken.owner, taken.attempt) == ("b", 2)
    for deed in (
        lambda: record_run(history, _RUN, killed),
        lambda: renew_slot(history, killed, 60),
        lambda: finish_slot(history, killed),
    ):
        with pytest.raises(LostLeaseError, match="no longer holds"):
            deed()
    assert run_of(history, "syn-1") is None
    assert record_run(history, _RUN, taken).attempt == 2
    with pytest.raises(LostLeaseError):
        record_run(history, _RUN, taken)
    assert len(runs_since(history, _AT)) == 1


def test_a_renewed_lease_is_kept_and_a_released_one_is_free(history):
    lease = renew_slot(history, claim_slot(history, _SLOT, "a", -1), 60)
    assert claim_slot(history, _SLOT, "b", 60) is None
    release_slot(history, lease)
    assert claim_slot(history, _SLOT, "b", 60).attempt == 2


def test_a_runner_with_a_wrong_clock_neither_steals_nor_keeps_a_slot(url, monkeypatch):
    """The lease knows only the database's clock: a process half a minute ahead or behind plays by the same time."""
    first, second = open_history(url), open_history(url)
    lease = claim_slot(first, _SLOT, "a", 20)
    for skew in (-30, 30):
        now = time.time() + skew
        monkeypatch.setattr(time, "time", lambda now=now: now)
        assert claim_slot(second, _SLOT, "b", 20) is None
    with first.reading() as connection:
        assert timedelta(0) < lease.expires - first.now(connection) <= timedelta(seconds=20)
    first.close()
    second.close()


def test_many_runners_play_each_slot_once(url):
    slots = [Slot("cash", "sandbox", f"{number:03}") for number in range(12)]
    history = open_history(url)
    history.close()

    def play(owner: str) -> list[str]:
        mine = open_history(url)
        played = []
        for slot in slots:
            if (lease := claim_slot(mine, slot, owner, 60)) is not None:
                record_run(mine, replace(_RUN, id=slot.slot, slot=slot.slot), lease)
                played.append(slot.slot)
        mine.close()
        return played

    with ThreadPoolExecutor(6) as pool:
        played = [slot for mine in pool.map(play, "abcdef") for slot in mine]
    assert sorted(played) == [slot.slot for slot in slots]
    with open_again(url) as again:
        assert len(runs_since(again, _AT, steps=False)) == len(slots)


def test_a_runner_killed_while_it_plays_leaves_the_slot_to_another(url):
    open_history(url).close()
    code = (
        "import sys; from harness.history import *; from harness.model.monitoring import Slot; "
        f"h = open_history({url!r}); claim_slot(h, Slot('cash', 'sandbox', 's'), 'victim', 1.0); "
        "print('held', flush=True); sys.stdin.read()"
    )
    victim = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert victim.stdout.readline() == b"held\n"
    victim.kill()
    victim.communicate()
    with open_again(url) as history:
        slot = Slot("cash", "sandbox", "s")
        deadline = time.monotonic() + 30
        while (lease := claim_slot(history, slot, "heir", 60)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert lease.attempt == 2
        record_run(history, replace(_RUN, id="s"), lease)
        assert abandoned_slots(history) == ()


def test_live_runners_are_those_heard_of_lately(history):
    beat(history, "monitor-1", {"executor": "threads"})
    assert [(one.name, one.details) for one in live_runners(history)] == [("monitor-1", {"executor": "threads"})]
    assert live_runners(history, within_seconds=-1) == ()


class open_again:  # noqa: N801  (reads as a verb where it is used)
    def __init__(self, url: str) -> None:
        self._history = open_history(url)

    def __enter__(self):
        return self._history

    def __exit__(self, *_: object) -> None:
        self._history.close()
