"""The matrix on a toy landscape: what is asserted is found, what is not shows as a survivor."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from harness.catalog import Category
from harness.model import UnreadableError
from synthetic.clock import VirtualClock
from synthetic.deeds import Boundary, Call
from synthetic.deeds.calls import Kind
from synthetic.faults import generated
from synthetic.matrix import Suite, UnsoundError, play_clean, play_matrix, reference, summary
from synthetic.matrix.ablations import ABLATIONS
from synthetic.matrix.parallel import in_parallel
from synthetic.transaction import Categories, probe

CATEGORIES = Categories(
    [
        Category("duplicate", "", "", "", fields=("*.count",)),
        Category("entity", "", "", "", fields=("*.entity",)),
        Category("tax", "", "", "", fields=("*.tax",)),
        Category("period", "", "", "", fields=("*.posting_period",)),
    ]
)
LOOK = Call("erp", "posting_of", {"invoice": "in_1"})


class Erp:
    def __init__(self, clock):
        self.clock, self.posted_at = clock, None

    def call(self, attempt):
        if attempt.kind is Kind.DEED:
            self.posted_at = self.posted_at or attempt.now + timedelta(seconds=30)
            return {"id": "in_1"}
        if self.posted_at is None or attempt.now < self.posted_at:
            return {"count": 0}
        return {"count": 1, "entity": "DE-01", "tax": 22800, "posting_period": "2027-01", "memo": "thanks"}


class World:
    def __init__(self, seed, layers):
        self.clock = VirtualClock(datetime(2027, 1, 1, tzinfo=UTC) + timedelta(seconds=seed))
        self.boundary = Boundary({"erp": Erp(self.clock)}, self.clock, layers)
        self.ports = {}

    def state(self):
        return {}


@probe("posted")
async def full(tx):
    """An invoice is posted."""
    await tx.do("Invoiced", Call("erp", "post", kind=Kind.DEED, key=tx.key("i")))
    fixed = {"count": 1, "entity": "DE-01", "tax": 22800, "posting_period": "2027-01"}
    await tx.see("Posted", LOOK, within="15m", fixed=fixed)
    await tx.see("Still posted", LOOK, want={"count": 1}, within="1m", hold="2m")


@probe("exists")
async def existence(tx):
    """An invoice is there."""
    await tx.do("Invoiced", Call("erp", "post", kind=Kind.DEED, key=tx.key("i")))
    await tx.see("Posted", LOOK, within="15m", want={"count": 1})


def suite(*probes):
    return Suite(probes, World, CATEGORIES)


def matrix(*probes, waivers=None):
    playing = suite(*probes)
    known = reference(playing)
    rows = list(play_matrix(known, generated(known.seen, CATEGORIES), [0, 1], waivers))
    return rows, summary(rows, [], 0.0)


def survivors(rows):
    return sorted({row.fault for row in rows if not row.detected and not row.equivalent and not row.waived})


def test_business_state_finds_every_fault_but_that_in_a_field_nobody_asserts():
    rows, figures = matrix(full)
    assert survivors(rows) == ["erp.posting_of/memo=null", "erp.posting_of/memo=other"]
    assert figures.named_right == figures.detected == figures.faults - 4
    assert figures.leaks == 0


def test_a_waiver_by_name_covers_a_survivor_and_is_counted():
    waivers = {f"erp.posting_of/memo={how}": "memo is for people" for how in ("null", "other")}
    rows, figures = matrix(full, waivers=waivers)
    assert (survivors(rows), figures.waived, figures.survivors_unwaived) == ([], 4, 0)


def test_existence_alone_lets_every_wrong_field_through():
    rows, figures = matrix(existence)
    assert "erp.posting_of/entity=other" in survivors(rows)
    assert figures.detected < figures.faults / 2


def test_clean_runs_under_noise_raise_no_alarm():
    rows = list(play_clean(suite(full), 60, errors=0.02, stale=0.03))
    assert [row for row in rows if row.verdict != "passed"] == []
    assert summary([], rows, 0.0).clean_runs == 60


def test_the_same_matrix_twice_is_the_same():
    assert matrix(full)[0] == matrix(full)[0]


def test_no_matrix_is_played_with_a_probe_that_fails_on_a_clean_landscape():
    @probe("wrong")
    async def wrong(tx):
        """Expects another company."""
        await tx.do("Invoiced", Call("erp", "post", kind=Kind.DEED))
        await tx.see("Posted", LOOK, within="1m", fixed={"entity": "FR-01"})

    with pytest.raises(UnsoundError, match="wrong does not pass clean at Posted"):
        reference(suite(wrong))


@pytest.mark.parametrize(("name", "found"), [("existence", False), ("status", False), ("none", True)])
def test_an_ablated_probe_asserts_less_and_finds_less(name, found):
    rows, _ = matrix(ABLATIONS[name](full))
    assert ("erp.posting_of/tax=plus-1" not in survivors(rows)) is found


def test_work_is_shared_in_order_and_a_killed_worker_is_told_not_waited_for():
    assert list(in_parallel(lambda number: number * number, 50, 2)) == [number * number for number in range(50)]

    def dies(number):
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(UnreadableError, match="a worker process was ended"):
        list(in_parallel(dies, 50, 2))
