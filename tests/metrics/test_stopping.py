"""Faults stopped before merge: a change set counts once, and only if later events confirm that it was a fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from made_facts import DAY, NOON, ago

from harness.metrics.counting import families
from harness.metrics.facts import Facts
from harness.metrics.roi import Baseline, now_of, worth
from harness.metrics.stopping import Stopped, stopped
from harness.model import Decision, Verdict
from harness.model.gating import GateVerdict

_BASELINE = Baseline("2026-Q2", Decimal(40), (), Decimal("0.01"), Decimal(4), Decimal(10))


def refused(digest, hours, **changed):
    plain = GateVerdict("acme", digest, Decision.BLOCKED, Verdict.BREAKING, "base", "head", at=ago(hours=hours))
    return replace(plain, **changed)


def passed(digest, hours, **changed):
    return refused(digest, hours, decision=Decision.PASS, verdict=Verdict.COMPATIBLE, **changed)


def test_a_refusal_that_is_judged_again_and_again_is_one():
    rows = [refused("a", hours, consumers=("erp-connector",)) for hours in (9, 8, 7)]
    assert stopped(rows, DAY) == Stopped(1, 1, 0, 1, 1)


def test_what_was_signed_and_merged_as_it_was_was_no_fault():
    rows = [refused("a", 9, consumers=("crm",)), replace(refused("a", 2), decision=Decision.PASS)]
    assert stopped(rows, DAY) == Stopped(1, 1, 1, 0, 0)


def test_a_refusal_without_proof_is_shown_and_counts_for_nothing():
    assert stopped([refused("a", 9, verdict=Verdict.UNPROVEN)], DAY) == Stopped(1, 1, 0, 0, 0)


def test_a_change_that_its_author_took_back_is_confirmed():
    rows = [refused("a", 9, request="17"), passed("b", 5, request="17")]
    assert stopped(rows, DAY) == Stopped(2, 1, 0, 1, 1)
    other = [refused("a", 9, request="17"), passed("b", 5, request="18")]
    assert stopped(other, DAY).confirmed == 0
    before = [passed("b", 10, request="17"), refused("a", 9, request="17")]
    assert stopped(before, DAY).confirmed == 0


def test_a_working_tree_is_nothing_that_was_about_to_merge():
    assert stopped([refused("a", 9, head="")], DAY) == Stopped(0, 0, 0, 0, 0)


def test_the_first_refusal_says_to_which_window_it_belongs():
    rows = [refused("a", 25), refused("a", 2)]
    assert stopped(rows, DAY).judged == 0


def test_worth_is_a_range_from_the_sure_to_the_proved_and_shows_what_went_in():
    rows = (
        refused("a", 9, consumers=("crm",)),
        refused("b", 8),
        passed("c", 7),
        refused("d", 6, verdict=Verdict.UNPROVEN),
    )
    found = worth(_BASELINE, now_of(Facts(verdicts=rows), DAY))[-1]
    assert (found.title, found.low, found.high) == ("Faults stopped before merge", Decimal(1), Decimal(2))
    assert dict(found.inputs) == {
        "changes refused by the gate": "3 of 4 that were judged",
        "of these let through later as they were": "0",
        "of the others proved breaking": "2",
        "of these read by a known consumer, or taken back by their author": "1",
    }


def test_without_a_verdict_that_was_kept_nothing_is_claimed():
    found = worth(_BASELINE, now_of(Facts(), DAY))[-1]
    assert (found.low, found.high) == (None, None)


def test_answers_of_the_gate_are_counted_each_time():
    facts = Facts(verdicts=(refused("a", 9), refused("a", 8), refused("b", 7, head=""), passed("c", 7)))
    family = next(one for one in families(facts, DAY) if one.name == "contract.gate.verdicts")
    counts = {dict(labels)["result"]: value for _, labels, value in family.flat()}
    assert counts == {"blocked": 2, "pass": 1}
    assert NOON - DAY.since == timedelta(days=1)
