"""What is in the numerator, what in the denominator, and what is in neither."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_facts import DAY, FACTS, NOON, ago, run_of, step_of
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from harness.metrics.counting import families
from harness.metrics.facts import Facts, PaymentFact
from harness.metrics.families import merged
from harness.metrics.figures import figures, payment_latency, percentiles
from harness.metrics.openmetrics import openmetrics
from harness.metrics.runs import facts_of_runs

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "metrics.openmetrics.txt"


def _figure(name, source="ledger", entity="DE-01", facts=FACTS):
    found = {(one.name, one.source, one.entity): one for one in figures(families(facts, DAY))}
    return found[name, source, entity]


def test_the_exposition_is_the_golden_one():
    assert openmetrics(families(FACTS, DAY), DAY.since) == SNAPSHOT.read_text("utf-8")


def test_another_implementation_reads_the_exposition():
    text = openmetrics(families(FACTS, DAY), DAY.since)
    read = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(read) == {family.prometheus for family in families(FACTS, DAY)}
    ours = Counter()
    for family in families(FACTS, DAY):
        for name, labels, value in family.flat():
            ours[name, tuple(sorted((k, v if k != "le" or v == "+Inf" else str(float(v))) for k, v in labels))] = value
    theirs = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in read.values()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    assert theirs == ours


@given(st.text(), st.text())
def test_whatever_a_label_holds_the_exposition_stays_one(probe, category):
    facts = Facts("sandbox", runs=(run_of("failed", probe=probe or "p", category=category),))
    text = openmetrics(families(facts, DAY), DAY.since)
    read = [
        s for f in text_string_to_metric_families(text) for s in f.samples if s.name == "billing_erp_probe_runs_total"
    ]
    assert [one.value for one in read] == [1.0]
    assert text.endswith("# EOF\n")
    assert text.count("# EOF") == 1 + (probe.count("# EOF") + category.count("# EOF")) * (text.count("# EOF") > 1)


def test_a_young_invoice_a_void_one_and_a_zero_one_are_in_neither_set():
    figure = _figure("invoice-posting-success")
    assert (figure.numerator, figure.denominator) == (95, 99)
    excluded = next(one for one in families(FACTS, DAY) if one.name == "billing_erp.invoice.excluded")
    assert sum(sample.value for sample in excluded.samples) == 2


def test_synthetic_and_real_invoices_are_never_in_one_number():
    assert _figure("invoice-posting-success", "probe").denominator == 1
    for family in families(FACTS, DAY):
        if family.name.startswith("billing_erp."):
            for labels in [one.labels for one in (*family.samples, *family.histograms)]:
                assert dict(labels)["source"] in {"probe", "ledger"}, family.name


def test_a_4xx_is_a_fault_of_the_contract_and_429_a_failure():
    assert _figure("api-error-rate", "probe", "").numerator == 3
    assert _figure("api-contract-faults", "probe", "").numerator == 1
    assert _figure("api-error-rate", "probe", "").denominator == 101


def test_runs_in_maintenance_are_counted_and_spend_no_budget():
    figure = _figure("probe-success", "probe")
    assert (figure.numerator, figure.denominator) == (1, 2)
    runs = next(one for one in families(FACTS, DAY) if one.name == "billing_erp.probe.runs")
    assert sum(sample.value for sample in runs.samples) == 4


def test_replays_that_change_something_are_told_apart():
    figure = _figure("harmful-replays")
    assert (figure.numerator, figure.denominator) == (1, 3)


def test_zero_of_zero_is_no_share():
    assert figures(families(Facts(), DAY)) == ()
    nothing = replace(_figure("invoice-posting-success"), numerator=0, denominator=0)
    assert nothing.share is None


def test_accepted_and_closed_exceptions_wait_for_nobody():
    found = {one.name: one for one in families(FACTS, DAY)}
    assert [one.value for one in found["billing_erp.reconciliation.exception.open"].samples] == [1]
    (risk,) = found["billing_erp.reconciliation.exception.amount"].samples
    assert (risk.value, dict(risk.labels)["currency"]) == (119000, "EUR")


def test_unapplied_payments_rank_last_so_that_the_percentile_does_not_lie():
    latency = next(one for one in payment_latency(FACTS, DAY) if one.source == "ledger")
    assert dict(latency.percentiles) == {50: 7200.0, 95: None, 99: None}
    assert (latency.count, latency.waiting, latency.oldest) == (2, 1, 9 * 3600)


@given(st.lists(st.floats(0, 1e6), max_size=40), st.integers(0, 20), st.integers(1, 20))
def test_more_that_wait_never_make_a_percentile_better(took, waiting, more):
    before, after = dict(percentiles(took, waiting)), dict(percentiles(took, waiting + more))
    for rank, value in before.items():
        later = after[rank]
        assert later is None or (value is not None and later >= value)


@given(st.lists(st.tuples(st.integers(0, 90_000), st.none() | st.integers(0, 90_000)), max_size=30))
def test_every_payment_is_applied_or_waits_or_lies_outside(rows):
    payments = tuple(
        PaymentFact("ledger", "X", ago(seconds=paid), None if took is None else ago(seconds=paid - took))
        for paid, took in rows
    )
    found = {one.name: one for one in families(Facts(payments=payments), DAY)}
    applied = sum(one.count for one in found["billing_erp.payment.application.duration"].histograms)
    waiting = sum(int(one.value) for one in found["billing_erp.payment.unapplied"].samples)
    outside = sum(one.applied_at is not None and one.applied_at < DAY.since for one in payments)
    outside += sum(one.applied_at == NOON for one in payments)  # half-open: at the end is not in it
    assert applied + waiting + outside == len(payments)


def test_environments_are_told_apart_by_their_label():
    other = replace(FACTS, environment="production")
    both = merged([families(FACTS, DAY), families(other, DAY)])
    text = openmetrics(both, DAY.since)
    assert len(list(text_string_to_metric_families(text))) == len(families(FACTS, DAY))


@pytest.mark.parametrize(
    ("category", "verdict", "result"),
    [
        ("", "passed", "posted"),
        ("missing", "failed", "missing"),
        ("late", "failed", "late"),
        ("duplicate", "failed", "duplicate"),
        ("tax", "failed", "wrong"),
        ("reversed", "failed", "wrong"),
    ],
)
def test_a_probes_invoice_counts_by_what_became_of_it(category, verdict, result):
    step = step_of("posting_of", verdict=verdict, category=category, request={"invoice": "in_1"})
    facts = facts_of_runs([run_of(verdict, steps=(step,), category=category, entity="DE-01")], "sandbox")
    postings = next(one for one in families(facts, DAY) if one.name == "billing_erp.invoice.postings")
    assert [dict(one.labels)["result"] for one in postings.samples] == [result]


def test_a_probe_that_could_not_look_counts_no_invoice_and_no_subscription():
    step = step_of("posting_of", verdict="inconclusive", category="unreachable")
    facts = facts_of_runs([run_of("inconclusive", steps=(step,))], "sandbox")
    assert (facts.invoices, facts.payments, facts.subscriptions) == ((), (), ())


def test_time_to_detect_own_and_resolve_are_by_category():
    found = {one.name: one for one in families(FACTS, DAY)}
    seconds = {}
    for name in ("detect", "own", "resolve"):
        rows = found[f"billing_erp.alert.{name}.duration"].histograms
        seconds[name] = [(dict(one.labels)["category"], one.total) for one in rows]
    assert seconds == {"detect": [("tax", 42.0)], "own": [("tax", 600.0)], "resolve": [("tax", 3600.0)]}
    (age,) = found["billing_erp.alert.open.age"].samples
    assert age.value == 3600


def test_the_change_failure_rate_counts_what_was_traced_within_a_week():
    found = {one.name: one for one in figures(families(FACTS, DAY))}
    assert found["change-failure-rate"].share == Fraction(1, 2)
    changes = tuple(replace(one, failed_at=one.merged_at + timedelta(days=8)) for one in FACTS.changes)
    late = replace(FACTS, changes=changes)
    assert {one.name: one for one in figures(families(late, DAY))}["change-failure-rate"].numerator == 0


def test_durations_of_calls_are_told_by_how_they_ended_and_added_over_time():
    family = next(one for one in families(FACTS, DAY) if one.name == "http.client.request.duration")
    found = {dict(one.labels).get("error_type", ""): one for one in family.histograms}
    assert (found[""].count, found[""].counts[0], found[""].counts[2]) == (4, 2, 2)
    assert found[""].total == pytest.approx(0.045)
    assert found["timeout"].counts[-1] == 1
    assert {dict(one.labels)["source"] for one in family.histograms} == {"ledger"}, "untimed calls are in no histogram"


def test_lead_and_recovery_time_are_those_of_merged_changes():
    by_name = {one.name: one for one in families(FACTS, DAY)}
    assert by_name["vcs.change.time_to_merge"].histograms[0].total == 24 * 3600
    assert by_name["contract.change.recovery.duration"].histograms[0].total == 3 * 3600
    open_ones = replace(FACTS, changes=tuple(replace(one, recovered_at=None) for one in FACTS.changes))
    family = next(one for one in families(open_ones, DAY) if one.name == "contract.change.recovery.duration")
    assert family.histograms == ()
