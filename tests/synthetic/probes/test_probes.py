"""The probes on the reference landscape: all pass clean, all over the year, and the catalog names each of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.cli.plan_text import plan_text
from synthetic.deeds import Attempt, ExpiredError, UnreachableError
from synthetic.matrix import Case, play_case, reference
from synthetic.matrix.suites import chosen, reference_suite, start_of
from synthetic.probes import PROBES
from synthetic.transaction import run_probe
from synthetic.transaction.reaping import reap
from synthetic.transaction.testing import as_test, check, play

ROOT = Path(__file__).parents[3]
CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
SUITE = reference_suite(CATALOG)
NAMES = [probe.name for probe in PROBES]


def named(name):
    return next(probe for probe in PROBES if probe.name == name)


def run_on(world, probe, **more):
    return asyncio.run(run_probe(probe, world.ports, world.boundary, world.clock, categories=SUITE.categories, **more))


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("name", NAMES)
def test_every_probe_passes_clean_and_leaves_nothing_behind(name, seed):
    run = play_case(SUITE, Case(named(name), seed)).run
    check(run)
    assert run.assertions >= 30


def test_the_catalog_names_each_probe_and_no_other():
    by_workflow = {flow.id: set(flow.probes) for flow in CATALOG.workflows()}
    assert {name for names in by_workflow.values() for name in names} == set(NAMES)
    assert {probe.name: probe.workflow for probe in PROBES} == {
        name: flow for flow, names in by_workflow.items() for name in names
    }


def test_every_probe_has_a_category_of_the_catalog_for_whatever_it_asserts():
    for probe in PROBES:
        for step in play_case(SUITE, Case(probe, 0)).run.steps:
            for field in (*step.fixed, *step.want):
                assert SUITE.categories.of(step.call.object, field) in SUITE.categories.known


def test_no_field_that_bears_money_falls_through_to_the_default_name():
    """An amount that is wrong is more than a wrong state: whoever is called must know what is at stake."""
    money = {
        (one.operation.removesuffix("_of"), field)
        for one in reference(SUITE, (0,)).seen
        if not one.is_deed
        for field, values in one.values.items()
        if any(isinstance(value, int) and not isinstance(value, bool) and abs(value) > 999 for value in values)
    }
    assert ("balances", "receivable") in money
    assert [row for row in sorted(money) if SUITE.categories.row_of(*row) in {"", "state"}] == []


def test_what_is_delivered_again_must_come():
    """A redelivery that does nothing would leave the steps behind it without meaning."""

    def silent(attempt, forward):
        return {} if attempt.operation == "redeliver" else forward(attempt)

    for name in ("invoice-posting", "card-payment", "customer-onboarding"):
        run = play(named(name), SUITE.landscape(0, [silent]), SUITE.categories)
        assert (run.category, "came again" in run.failed_step.title) == ("missing", True)


@pytest.mark.parametrize(
    ("operation", "document", "probe"),
    [("register_party", "customer", "customer-onboarding"), ("register_tenant", "customer", "customer-onboarding")],
)
def test_a_second_one_of_an_account_under_another_id_is_found(operation, document, probe):
    def twice(attempt, forward):
        if attempt.operation == operation:
            body = attempt.request[document]
            forward(replace(attempt, request={document: {**body, "id": f"{body['id']}-2"}}))
        return forward(attempt)

    run = play(named(probe), SUITE.landscape(0, [twice]), SUITE.categories)
    assert run.category == "identity"


def test_a_customer_made_again_under_another_account_is_found():
    def twice(attempt, forward):
        if attempt.operation == "onboard":
            other = {**attempt.request, "account": f"{attempt.request['account']}-2"}
            forward(replace(attempt, request=other, key=f"{attempt.key}-2"))
        return forward(attempt)

    run = play(named("customer-onboarding"), SUITE.landscape(0, [twice]), SUITE.categories)
    assert (run.category, run.failed_step.call.operation) == ("identity", "customer_of")


def test_a_refund_posted_twice_is_called_so():
    def twice(attempt, forward):
        answer = forward(attempt)
        if attempt.operation == "post_refund":
            body = attempt.request["refund"]
            forward(replace(attempt, request={**attempt.request, "refund": {**body, "id": f"{body['id']}-2"}}))
        return answer

    for name in ("later-refund", "credit-and-refund"):
        run = play(named(name), SUITE.landscape(0, [twice]), SUITE.categories)
        assert run.category == "duplicate", name


def test_a_cent_moved_between_two_lines_is_found():
    def moved(attempt, forward):
        if attempt.operation == "post_invoice":
            lines = attempt.request["invoice"]["lines"]
            lines[0]["net"] += 1
            lines[1]["net"] -= 1
        return forward(attempt)

    run = play(named("tax-per-document"), SUITE.landscape(0, [moved]), SUITE.categories)
    (wrong,) = run.failed_step.differences
    assert (run.category, wrong.field, wrong.expected, wrong.seen) == (
        "amount",
        "line_nets",
        "3335,3335,3335",
        "3336,3334,3335",
    )


def test_late_usage_that_billing_does_not_keep_is_found():
    def lost(attempt, forward):
        is_late = attempt.operation == "report_usage" and attempt.request.get("at")
        return {"event": attempt.request["event"]} if is_late and not attempt.key.endswith("old") else forward(attempt)

    run = play(named("late-usage"), SUITE.landscape(0, [lost]), SUITE.categories)
    assert run.category == "usage"


def test_a_second_order_of_an_account_is_found():
    def twice(attempt, forward):
        if attempt.operation == "accept_order" and "credit_available" not in attempt.request:
            forward(replace(attempt, request={**attempt.request, "order": "O-again"}))
        return forward(attempt)

    run = play(named("order-to-entitlement"), SUITE.landscape(0, [twice]), SUITE.categories)
    assert (run.category, run.failed_step.call.operation) == ("duplicate", "orders_of")


def test_landscapes_begin_all_over_the_year():
    months = {start_of(seed).month for seed in range(60)}
    assert months == set(range(1, 13))


@pytest.mark.parametrize("name", ["card-payment", "invoice-posting", "customer-onboarding"])
def test_the_same_slot_twice_makes_nothing_twice(name):
    world = SUITE.landscape(0, [])
    run_on(world, named(name), slot="s")
    before = world.core.desk.storage.all("invoice")
    run_on(world, named(name), slot="s")
    assert len(world.core.desk.storage.all("invoice")) == len(before)
    assert len(world.core.desk.storage.all("customer")) == 1
    run_on(world, named(name), slot="t")
    assert len(world.core.desk.storage.all("customer")) == 2


def deny_cancelling(attempt, forward):
    if attempt.operation == "cancel":
        raise UnreachableError("billing", "503")
    return forward(attempt)


def test_what_a_run_could_not_take_back_is_a_leak_and_the_reaper_takes_it_back():
    layers = [deny_cancelling]
    world = SUITE.landscape(0, layers)
    run = run_on(world, named("card-payment"))
    assert [leak.title for leak in run.leaks] == ["Subscription begun"]
    with pytest.raises(AssertionError, match="left behind: Subscription begun"):
        check(run)
    world._inner._chain = world._inner._forward  # billing is up again
    asyncio.run(world.clock.advance(start_of(1) - start_of(0)))
    (planned,) = asyncio.run(reap(world.boundary, world.clock, dry_run=True))
    (reaped,) = asyncio.run(reap(world.boundary, world.clock))
    assert (reaped.done, reaped.id) == (True, planned.id)
    assert asyncio.run(reap(world.boundary, world.clock)) == ()


def test_an_expired_token_is_renewed_once_and_nobody_notices():
    tokens = []

    def expiring(attempt: Attempt, forward):
        if not tokens:
            tokens.append("renewed")
            raise ExpiredError(attempt.port)
        return forward(attempt)

    check(run_on(SUITE.landscape(0, [expiring]), named("card-payment")))
    assert tokens == ["renewed"]


def test_429_is_waited_out_for_as_long_as_it_says():
    world = SUITE.landscape(0, [])
    refused = []

    def busy(attempt, forward):
        if attempt.operation == "subscribe" and not refused:
            refused.append(attempt.now)
            raise UnreachableError("billing", "429 too many requests", retry_after=40)
        return forward(attempt)

    world = SUITE.landscape(0, [busy])
    run = run_on(world, named("card-payment"))
    check(run)
    step = next(step for step in run.steps if step.title == "Subscription begun")
    assert (step.retries, step.took) == (1, 40.0)


test_as_a_user_writes_it = as_test(lambda: SUITE.landscape(3, []), SUITE.categories)(named("cancellation"))


def test_a_failed_probe_reads_as_evidence_in_a_test():
    def wrong(attempt, forward):
        answer = forward(attempt)
        return {**answer, "tax_code": "DE-7"} if attempt.operation == "posting_of" and answer["count"] else answer

    with pytest.raises(AssertionError) as caught:
        check(play(named("invoice-posting"), SUITE.landscape(0, [wrong]), SUITE.categories))
    assert "invoice-posting failed tax\n  at Posted in the ledger (erp.posting_of" in str(caught.value)
    assert "tax_code: expected 'DE-S19', seen 'DE-7'" in str(caught.value)


@pytest.mark.parametrize("name", ["credit-and-refund", "bank-transfer"])
def test_the_plan_in_sentences_is_as_it_was(name):
    text = plan_text(named(name), play_case(SUITE, Case(named(name), 0)).run)
    path = ROOT / "tests" / "snapshots" / "probes" / f"{name}.txt"
    assert text == path.read_text("utf-8")


def test_a_probe_that_does_not_exist_is_told_with_the_nearest():
    with pytest.raises(Exception, match="no probe card-paymet"):
        chosen(["card-paymet"])
