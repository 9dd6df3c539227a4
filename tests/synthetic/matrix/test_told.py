"""What a fault is called: by what on-call is told, once alerts of one cause are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.catalog import Category
from synthetic.clock import VirtualClock
from synthetic.deeds import Boundary, Call
from synthetic.deeds.calls import Kind
from synthetic.faults import Fault
from synthetic.matrix import Case, Suite, play_case, play_fault, reference
from synthetic.matrix.alerts import telling
from synthetic.monitor.grouping import Dependencies
from synthetic.transaction import Categories, probe

START = datetime(2027, 1, 1, tzinfo=UTC)
CATEGORIES = Categories(
    [Category("amount", "", "", "", fields=("*.net",)), Category("tax", "", "", "", fields=("*.tax",))]
)
UPSTREAM = telling(Dependencies({"erp": frozenset({"billing"})}))


class World:
    def __init__(self, _seed, layers):
        self.clock = VirtualClock(START)
        answering = type("System", (), {"call": lambda _self, _attempt: {"count": 1, "net": 100, "tax": 19}})()
        self.boundary = Boundary({"erp": answering, "billing": answering}, self.clock, layers)
        self.ports = {}

    def state(self):
        return {}


def looking(name, port, field, *, waits=""):
    async def look(tx):
        """Looks at one field."""
        await tx.do("Asked", Call(port, "ask", {"entity": "DE-01"}, Kind.DEED, tx.key("a")))
        if waits:
            await tx.advance(waits)
        for _ in range(len(waits) + 1):  # the longer one is asked later
            await tx.see("Right", Call(port, "posting_of"), fixed={field: 100 if field == "net" else 19})

    return probe(name)(look)


def wrong(**fields):
    places = frozenset({("erp", "posting_of"), ("billing", "posting_of")})
    return Fault("wrong", places, frozenset({"tax"}), lambda _call, forward, _rng: {**forward(), **fields}, "here.py")


def row(*probes, told=UPSTREAM, **fields):
    suite = Suite(probes, World, CATEGORIES, told)
    return play_fault(reference(suite, (0,)), wrong(**fields), 0)


def test_the_first_that_finds_it_under_a_right_name_is_enough():
    found = row(looking("first", "erp", "tax"), looking("second", "erp", "net", waits="1h"), net=1, tax=2)
    assert (found.probe, found.named_right, found.named_first, found.alerts) == ("first", True, True, ())


def test_another_alert_that_somebody_is_told_of_may_have_the_right_name():
    found = row(looking("first", "erp", "net"), looking("second", "erp", "tax", waits="1h"), net=1, tax=2)
    assert (found.probe, found.category, found.named_right, found.named_first) == ("second", "tax", True, False)
    assert found.alerts == ("first: amount", "second: tax")


def test_no_alert_with_a_right_name_is_a_wrong_name():
    found = row(looking("first", "erp", "net"), looking("second", "billing", "net", waits="1h"), net=1)
    assert (found.probe, found.detected, found.named_right) == ("first", True, False)


def test_an_alert_that_another_explains_is_told_to_nobody():
    """Wrong in billing is wrong in the ledger as well: one alert, and it is that of billing."""
    found = row(looking("ledger", "erp", "net"), looking("source", "billing", "net", waits="1h"), net=1)
    assert found.alerts == ("source: amount",)


@pytest.mark.parametrize(("seconds", "first"), [((5, 90), 0), ((90, 5), 1)])
def test_alerts_of_one_key_are_one_and_belong_to_whoever_was_first(seconds, first):
    suite = Suite((looking("p", "erp", "net"),), World, CATEGORIES)
    run = play_case(suite, Case(suite.probes[0], 0, wrong(net=1))).run
    assert UPSTREAM([replace(run, detected_after=one) for one in seconds]) == [first]
    assert run.started + timedelta(seconds=run.detected_after or 0) >= START
