"""The numbers shown in the contracts add up as the workflows say, in every version that shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest
from contract_documents import APIS, CANONICAL, EVENTS, ROOT, examples

ORACLES = ROOT.parent / "shared" / "reference" / "finance" / "oracles.json"
SIDES = {"debit": 1, "credit": -1, "S": 1, "H": -1, 1: 1, -1: -1}


def objects(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from objects(item)


def shown(*needed: str) -> list[tuple[str, dict]]:
    """Every object in an example that has all of these fields, with its place."""
    return [(place, found) for place, found in everything() if set(needed) <= found.keys()]


@cache
def everything() -> list[tuple[str, dict]]:
    return [
        (f"{path}#{place}", found)
        for path in [*APIS, *EVENTS, *CANONICAL]
        for place, _, example in examples(path)
        for found in objects(example)
    ]


def side(line: dict) -> int:
    return SIDES[line.get("side") or line.get("soll_haben") or line["tr_type"]]


def entries() -> list[tuple[str, dict]]:
    return [(place, entry) for place, entry in shown("posting_key", "lines") if "amount" in entry["lines"][0]]


def test_every_journal_entry_balances_in_both_currencies():
    found = entries()
    assert len(found) > 30
    for place, entry in found:
        for column in ("amount", "functional_amount"):
            amounts = [side(line) * line[column] for line in entry["lines"] if column in line]
            assert sum(amounts) == 0, place


def test_tax_never_enters_revenue_and_foreign_currency_carries_its_rate():
    for place, entry in entries():
        different = "functional_currency" in entry and entry["currency"] != entry["functional_currency"]
        assert not different or entry["fx_rate"]["rate"], place
    [dollars] = [
        e
        for p, e in entries()
        if "canonical/journal-entry/1.1.0" in p and e["currency"] == "USD" and e["ledger"] == "DE-01"
    ]
    assert {line["functional_amount"] for line in dollars["lines"]} == {92000}
    assert {line["amount"] for line in dollars["lines"]} == {100000}


@pytest.mark.parametrize(("net", "tax"), [("net", "tax"), ("subtotal", "tax_amount"), ("subtotal", "tax")])
def test_net_and_tax_make_the_total_and_lines_make_the_net(net, tax):
    found = shown(net, tax, "total")
    assert found
    for place, document in found:
        assert document[net] + document[tax] == document["total"], place
        lines = [line for line in document.get("lines", ()) if "net" in line]
        assert not lines or sum(line["net"] for line in lines) == document[net], place
        breakdown = document.get("tax_breakdown", ())
        assert not breakdown or sum(row["tax"] for row in breakdown) == document[tax], place


def test_the_open_amount_follows_its_formula():
    found = shown("open", "total", "credits_applied", "cash_applied", "written_off", "reinstated")
    assert found
    for place, item in found:
        expected = item["total"] - item["credits_applied"] - item["cash_applied"] - item["written_off"]
        assert item["open"] == expected + item["reinstated"] >= 0, place


def test_a_payout_equals_what_it_consists_of():
    found = shown("charges", "refunds", "fees", "disputes", "adjustments")
    assert found
    for place, payout in found:
        parts = payout["charges"] - payout["refunds"] - payout["fees"] - payout["disputes"] + payout["adjustments"]
        assert payout["amount"] == parts, place


def test_a_payment_is_applied_or_unapplied_to_the_last_unit():
    found = [
        (place, payment)
        for place, payment in shown("amount", "applications", "unapplied")
        if payment["status"] != "failed"
    ]
    assert found
    for place, payment in found:
        live = [row for row in payment["applications"] if not row.get("reversed_at")]
        assert sum(row["amount"] for row in live) + payment["unapplied"] == payment["amount"], place


def test_a_credit_is_refunded_applied_or_kept():
    found = shown("applied_to_open", "refunded", "balance", "total")
    assert found
    for place, credit in found:
        assert credit["applied_to_open"] + credit["refunded"] + credit["balance"] == credit["total"], place
    for place, line in shown("earned_net", "unearned_net"):
        assert line["earned_net"] + line["unearned_net"] == line["net"], place


def test_all_usage_received_is_accounted_for():
    found = shown("received", "billed", "duplicates", "rejected", "late")
    assert found
    for place, balance in found:
        parts = balance["billed"] + balance["duplicates"] + balance["rejected"] + balance["late"]
        assert balance["received"] == parts, place


def test_a_trial_balance_sums_to_zero_and_a_roll_forward_closes():
    balances = shown("entry_count", "rows")
    assert balances
    for place, trial in balances:
        assert sum(row["balance"] for row in trial["rows"]) == 0, place
    movements = shown("opening", "billed", "recognised", "credited", "closing")
    assert sum(row["closing"] for _, row in movements) == 329424
    for place, row in movements:
        assert row["opening"] + row["billed"] - row["recognised"] - row["credited"] == row["closing"], place


def test_whoever_approves_is_not_whoever_asked():
    found = [(place, record) for place, record in shown("requested_by", "approved_by") if record["approved_by"]]
    assert found
    assert all(record["requested_by"] != record["approved_by"] for _, record in found)


def test_shown_entries_are_the_worked_entries_of_the_workflows():
    if not ORACLES.is_file():
        pytest.skip("the worked entries are not beside this checkout")
    worked = {entry["text"]: entry for entry in json.loads(ORACLES.read_text("utf-8"))["entries"].values()}
    found = [entry for place, entry in entries() if place.startswith("contracts/canonical/journal-entry/1.1.0")]
    assert len(found) == 8
    for entry in found:
        oracle = worked[entry["text"]]
        shown_lines = [(line["account"], side(line), line["functional_amount"]) for line in entry["lines"]]
        wanted = [(line["account"], {"Dr": 1, "Cr": -1}[line["side"]], line["amount"]) for line in oracle["lines"]]
        assert shown_lines == wanted
        assert entry["posting_date"] == oracle["date"]
