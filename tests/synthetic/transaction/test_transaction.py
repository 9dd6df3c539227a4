"""The verdicts of `tx`, and the traps its machinery is built around."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from harness.catalog import Category
from synthetic.deeds import Boundary, Call, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.transaction import Categories, RunVerdict, probe, run_probe

START = datetime(2027, 1, 1, tzinfo=UTC)
CATEGORIES = Categories(
    [
        Category("duplicate", "", "", "", fields=("*.count",)),
        Category("entity", "", "", "", fields=("posting.entity",)),
        Category("tax", "", "", "", fields=("*.tax",)),
    ]
)


class ManualClock:
    def __init__(self):
        self.time, self.is_movable = START, True

    def now(self):
        return self.time

    async def sleep(self, duration):
        assert duration > timedelta(0)
        self.time += duration
        await asyncio.sleep(0)

    async def advance(self, duration):
        self.time += duration if self.is_movable else timedelta()
        return self.is_movable


class Ledger:
    """Answers from a list of (seconds from start, answer or error); the last one that is due counts."""

    def __init__(self, *answers):
        self.answers, self.deeds = answers, []

    def call(self, attempt):
        if attempt.kind is Kind.DEED:
            self.deeds.append((attempt.operation, attempt.key))
            return {"id": "x1"}
        at = (attempt.now - START).total_seconds()
        found = [answer for since, answer in self.answers if since <= at][-1]
        if isinstance(found, Exception):
            raise found
        return dict(found)


def play(function, *answers, clock=None, layers=(), erp=None, **named):
    clock = clock or ManualClock()
    erp = erp or Ledger(*answers)
    boundary = Boundary({"erp": erp}, clock, layers, allows_deeds=named.pop("allows_deeds", True))
    ran = asyncio.run(run_probe(probe("p")(function), {}, boundary, clock, categories=CATEGORIES, **named))
    return ran, erp


LOOK = Call("erp", "posting_of", {"invoice": "in_1"})
RIGHT = {"count": 1, "entity": "DE-01", "tax": 22800, "status": "posted"}


def look(**named):
    async def function(tx):
        """One look."""
        await tx.see("Posted", LOOK, **({"fixed": {"count": 1, "entity": "DE-01"}, "within": "15m"} | named))

    return function


def test_what_is_there_passes_at_once():
    ran, _ = play(look(), (0, RIGHT))
    assert (ran.verdict, ran.seconds, ran.assertions) == (RunVerdict.PASSED, 0, 2)


def test_what_comes_in_time_passes():
    ran, _ = play(look(), (0, {"count": 0}), (700, RIGHT))
    assert ran.verdict is RunVerdict.PASSED
    assert 700 <= ran.seconds < 720


def test_what_never_comes_is_missing_at_the_deadline():
    ran, _ = play(look(), (0, {"count": 0}))
    assert (ran.verdict, ran.category) == (RunVerdict.FAILED, "missing")
    assert 900 <= ran.detected_after < 905


def test_what_comes_after_the_deadline_is_late_and_known_at_the_deadline():
    ran, _ = play(look(), (0, {"count": 0}), (1100, RIGHT))
    assert ran.category == "late"
    assert ran.detected_after < 905


def test_a_fixed_fact_that_is_wrong_fails_in_seconds_not_at_the_deadline():
    ran, _ = play(look(), (0, RIGHT | {"entity": "US-01"}))
    assert (ran.category, ran.failed_step.differences[0].seen) == ("entity", "US-01")
    assert ran.detected_after < 5


def test_two_postings_are_a_duplicate():
    ran, _ = play(look(), (0, RIGHT | {"count": 2}))
    assert ran.category == "duplicate"


def test_one_stale_answer_is_no_verdict():
    stale = iter([RIGHT | {"entity": "US-01"}, RIGHT | {"entity": "US-01"}])
    ran, _ = play(look(), (0, RIGHT), layers=[lambda attempt, forward: next(stale, None) or forward(attempt)])
    assert ran.verdict is RunVerdict.PASSED
    assert ran.steps[0].looks == 3


def test_missing_stays_missing_where_the_last_look_cannot_reach_the_system():
    """Trap 1: the look at the deadline fails; nothing was there all the time, so the name is not unreachable."""
    outage = UnreachableError("erp", "503")
    ran, _ = play(look(), (0, {"count": 0}), (895, outage), (930, {"count": 0}))
    assert ran.category == "missing"


def test_a_system_that_is_never_reached_is_inconclusive_and_neither_green_nor_red():
    ran, _ = play(look(), (0, UnreachableError("erp", "503")))
    assert (ran.verdict, ran.category) == (RunVerdict.INCONCLUSIVE, "unreachable")


def test_the_deadline_does_not_run_through_the_hold():
    """Trap 2: a hold longer than the deadline is no lateness."""
    ran, _ = play(look(within="10s", hold="10m"), (0, RIGHT))
    assert ran.verdict is RunVerdict.PASSED
    assert ran.seconds >= 600


def test_what_was_true_and_is_undone_is_reversed():
    ran, _ = play(look(hold="10m"), (0, RIGHT), (300, {"count": 0}))
    assert ran.category == "reversed"


def test_undoing_is_tried_again_through_an_outage():
    """Trap 3: a passing outage while undoing is no leak."""

    async def function(tx):
        """Do and undo."""
        await tx.do("Subscribed", Call("erp", "subscribe", kind=Kind.DEED, key=tx.key("s")), undo=cancel)
        await tx.see("Posted", LOOK, fixed={"count": 1})

    cancel = Call("erp", "cancel", kind=Kind.DEED, key="c")
    failures = iter([UnreachableError("erp", "503")] * 3)

    def flaky(attempt, forward):
        if attempt.operation == "cancel" and (error := next(failures, None)):
            raise error
        return forward(attempt)

    ran, erp = play(function, (0, RIGHT), layers=[flaky])
    assert ran.leaks == ()
    assert [name for name, _ in erp.deeds] == ["subscribe", "cancel"]


def test_deeds_are_undone_last_first_although_a_step_failed():
    async def function(tx):
        """Two deeds."""
        for name in ("first", "second"):
            await tx.do(name, Call("erp", name, kind=Kind.DEED), undo=Call("erp", f"undo-{name}", kind=Kind.DEED))
        await tx.see("Posted", LOOK, fixed={"entity": "FR-01"})

    ran, erp = play(function, (0, RIGHT))
    assert ran.verdict is RunVerdict.FAILED
    assert [name for name, _ in erp.deeds] == ["first", "second", "undo-second", "undo-first"]


def test_what_cannot_be_undone_is_reported_as_a_leak():
    async def function(tx):
        """One deed that stays."""
        await tx.do("Paid", Call("erp", "pay", kind=Kind.DEED), undo=Call("erp", "unpay", kind=Kind.DEED))
        await tx.see("Posted", LOOK, fixed={"count": 1})

    def refuse(attempt, forward):
        if attempt.operation == "unpay":
            raise RefusedError("erp", "period-closed", "closed")
        return forward(attempt)

    ran, _ = play(function, (0, RIGHT), layers=[refuse])
    assert [(leak.title, leak.reason) for leak in ran.leaks] == [("Paid", "erp refused: closed")]


def test_the_same_slot_uses_the_same_keys_and_the_next_slot_others():
    async def function(tx):
        """One deed."""
        await tx.do("Subscribed", Call("erp", "subscribe", kind=Kind.DEED, key=tx.key("s")))

    keys = [play(function, (0, RIGHT), slot=slot)[1].deeds[0][1] for slot in ("a", "a", "b")]
    assert keys[0] == keys[1] != keys[2]


def test_a_deed_is_refused_where_probes_only_look():
    async def function(tx):
        """One deed."""
        await tx.do("Subscribed", Call("erp", "subscribe", kind=Kind.DEED))

    ran, erp = play(function, (0, RIGHT), allows_deeds=False)
    assert (ran.verdict, erp.deeds) == (RunVerdict.INCONCLUSIVE, [])
    assert "read-only" in ran.reason


def test_a_probe_that_asserts_nothing_does_not_pass():
    async def function(tx):
        """One look at nothing."""
        await tx.see("Something", LOOK)

    ran, _ = play(function, (0, RIGHT))
    assert (ran.verdict, ran.reason) == (RunVerdict.INCONCLUSIVE, "the probe asserted nothing")


def test_time_that_cannot_be_moved_skips_the_rest_with_the_reason():
    async def function(tx):
        """A month later."""
        await tx.advance("1 month")
        await tx.see("Posted", LOOK, fixed={"count": 1})

    clock = ManualClock()
    clock.is_movable = False
    ran, _ = play(function, (0, RIGHT), clock=clock)
    assert ran.verdict is RunVerdict.INCONCLUSIVE
    assert "time cannot be moved" in ran.reason
    assert play(function, (0, RIGHT))[0].verdict is RunVerdict.PASSED


def test_a_difference_that_another_rule_explains_has_that_name():
    explained = {"rounding": {"tax": 22801}}
    wrong = RIGHT | {"tax": 22801}
    assert play(look(fixed={"tax": 22800}, explained=explained), (0, wrong))[0].category == "rounding"
    assert play(look(fixed={"tax": 22800}), (0, wrong))[0].category == "tax"


def test_what_must_be_refused_and_is_accepted_fails_as_control():
    async def function(tx):
        """Approves his own write-off."""
        await tx.refused("Not by oneself", Call("erp", "write_off", kind=Kind.DEED), "approval-missing")

    assert play(function, (0, RIGHT))[0].category == "control"

    def refuse(_attempt, _forward):
        raise RefusedError("erp", "approval-missing", "no")

    assert play(function, (0, RIGHT), layers=[refuse])[0].verdict is RunVerdict.PASSED


@pytest.mark.parametrize(("pace", "least"), [(1.0, 120), (0.01, 3)])
def test_a_fast_environment_shortens_a_hold_but_not_below_the_floor(pace, least):
    ran, _ = play(look(hold="2m"), (0, RIGHT), pace=pace)
    assert least <= ran.seconds < least + 15
