"""Every posting of the worked numbers comes out of Tryton to the minor unit."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from tryton_books import credit, of_oracle, posted
from worked_documents import d1, d2, invoice, line, payment, yearly

from harness.model.money import cumulative, half_up, toward_zero

pytestmark = pytest.mark.tryton

ORACLES = json.loads((Path(__file__).parents[1] / "ledger" / "oracles.json").read_text("utf-8"))
ENTRIES = ORACLES["entries"]


@pytest.fixture
def same(server, port):  # noqa: ARG001  (the port resets the server first)
    tryton = server.session()
    seen = set()

    def check(name, **where):
        seen.add(name)
        assert posted(tryton, **where) == of_oracle(ENTRIES[name]), name

    return check


def test_every_entry_is_held_here():
    source = Path(__file__).read_text("utf-8")
    assert {name for name in ENTRIES if f'same("{name}"' in source} == set(ENTRIES)


def test_the_legacy_ledger_of_germany_has_its_own_chart_and_recognises_equal_months(port, same):
    assert port.post_invoice(d1(), "DE-01-L")["posting_date"] == "2027-01-01"
    same("E11.1", document="in_D1")
    assert port.recognise("DE-01-L", "2027-01-31") == {"postings": 1}
    same("E11.2", key="ledger/schedule/in_D1/")
    shown = port.posting_of("in_D1", "DE-01-L")
    assert (shown["entity"], shown["ledger"], shown["accounts"]) == ("DE-01", "DE-01-L", "0990,1400,1776")
    port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"), "DE-01-L")
    assert port.receivable_of("in_D1", "DE-01-L")["open"] == 0
    assert port.posting_of("in_D1", "DE-01") == {"count": 0}
    owed = port.balances_of("DE-01-L")
    assert (owed["balance"], owed["receivable"], owed["clearing"], owed["deferred"]) == (0, 0, 142800, 110000)


def test_germany_posts_its_january(port, same):
    port.post_invoice(d1())
    same("E3.1", document="in_D1")
    port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    same("E4.1", key="billing/payment/py_D1/")
    receipt = payment("x", "DE-01", "EUR", 50000, "2027-01-03", "bank_transfer", invoice_id="", customer_id="P2")
    port.apply_payment(receipt)
    same("E1.1", key="billing/payment/py_x/")
    for customer in ("P1", "P2"):
        port.register_party({"id": customer, "legal_name": customer, "legal_entity": "DE-01", "currency": "EUR"})
    port.merge_parties("P2", "P1", "2027-01-04", "DE-01")
    same("E1.2", key="erp/merge/pa_P2_DE-01/merge/")
    workshop = ("ONBOARDING", "SERVICE-POINT", ("2027-01-04", "2027-01-05"))
    port.post_invoice(d2())
    same("E3.4", document="in_D2")
    seats = [line(240000, "DE-S19", "19", "PRO-SEAT")]
    port.post_invoice(invoice("D5", "DE-01", "EUR", "2027-01-01", seats, 45600))
    same("E5.0", document="in_D5")
    payout = {"id": "po", "legal_entity": "DE-01", "currency": "EUR", "amount": 140633, "fees": 2167}
    port.post_payout({**payout, "arrival_date": "2027-01-05"})
    same("E4.2", key="billing/payout/po/")
    assert port.recognise("DE-01", "2027-01-31") == {"postings": 2}
    same("E12.1", key="ledger/schedule/in_D1/")
    same("E12.2", key="ledger/schedule/in_D5/")
    assert port.revalue("DE-01", "2027-01-31") == {"postings": 2}
    same("E12.3", key="ledger/revaluation/in_D2/revaluation-2027-01-31/")
    same("E12.4", key="ledger/revaluation/in_D2/reversal-of-")
    books = port._looks.trial_balance("DE-01", "2027-01")
    wanted = {**ORACLES["trial_balances"]["DE-01 2027-01"]["balances"]}
    wanted["1000"] += 50000  # the receipt of E1.1, which the oracle's list leaves out
    wanted["2100"] = -50000
    assert {code: amount for code, amount in books.items() if amount} == {c: a for c, a in wanted.items() if a}
    assert (port.recognise("DE-01", "2027-01-31"), port.revalue("DE-01", "2027-01-31")) == (
        {"postings": 0},
        {"postings": 0},
    )
    port.apply_payment(payment("D2", "DE-01", "USD", 100000, "2027-02-10"))
    same("E4.5", key="billing/payment/py_D2/")
    assert port.application_of("py_D2")["realised_fx"] == 2000
    three = [line(3335, "DE-S19", "19", *workshop, line_id=str(n)) for n in range(3)]
    port.post_invoice(invoice("E32", "DE-01", "EUR", "2027-01-04", three, half_up(Fraction(3 * 3335 * 19, 100))))
    same("E3.2", document="in_E32")
    port.post_invoice(invoice("E33", "DE-01", "EUR", "2027-01-04", [line(50000, "DE-RC", "0", *workshop)], 0))
    same("E3.3", document="in_E33")
    assert port.posting_of("in_E33")["tax_reason"] == "reverse_charge"


def test_germany_upgrades_credits_and_cancels(port, same):
    port.post_invoice(d1())
    more = [line(90411, "DE-S19", "19", "PRO-SEAT", service=("2027-04-01", "2028-01-01"))]
    port.post_invoice(invoice("D5b", "DE-01", "EUR", "2027-04-01", more, 17178))
    same("E5.1", document="in_D5b")
    port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    port.post_credit(credit("E91", "D1", "DE-01", "2027-04-05", net=30000, tax=5700, code="DE-S19", earned=30000))
    same("E9.1", document="cn_E91")
    refund = {"customer_id": "cus_D1", "legal_entity": "DE-01", "currency": "EUR", "amount": 35700, "id": "re_1"}
    port.post_refund({**refund, "succeeded_at": "2027-04-06T07:12:00Z"})
    same("E9.2", key="billing/refund/re_1/")
    port.post_invoice(d1("D6"))
    port.apply_payment(payment("D6", "DE-01", "EUR", 142800, "2027-01-02"))
    port.post_invoice(d1("D7"))
    port.recognise("DE-01", "2027-06-30")
    port.post_credit(credit("E101", "D6", "DE-01", "2027-07-01", net=60493, tax=11494, code="DE-S19", unearned=60493))
    same("E10.1", document="cn_E101")
    gone = {"customer_id": "cus_D6", "legal_entity": "DE-01", "currency": "EUR", "amount": 71987, "id": "re_2"}
    port.post_refund({**gone, "succeeded_at": "2027-07-02T06:00:00Z"})
    same("E10.2", key="billing/refund/re_2/")
    assert port.schedule_of("in_D6")["remaining"] == 0
    ended = {"id": "sub_D7", "invoice_id": "in_D7", "legal_entity": "DE-01", "effective_date": "2027-07-01"}
    port.forfeit(ended)
    same("E10.3", key="billing/subscription/sub_D7/termination/")
    assert port.schedule_of("in_D7")["remaining"] == 0


def test_germany_loses_a_dispute_and_closes_a_month(port, same):
    port.post_invoice(d1("D4"))
    port.apply_payment(payment("D4", "DE-01", "EUR", 142800, "2027-01-02"))
    dispute = {
        "id": "dp_D4",
        "invoice_id": "in_D4",
        "customer_id": "cus_D4",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "amount": 142800,
        "fee": 2000,
        "opened_at": "2027-02-10T11:00:00Z",
    }
    port.open_dispute(dispute)
    same("E8.5", key="billing/dispute/dp_D4/dispute-opened/")
    assert port.receivable_of("in_D4")["open"] == 0
    port.close_dispute({**dispute, "status": "lost", "closed_at": "2027-03-10T12:00:00Z"})
    same("E8.6", key="billing/dispute/dp_D4/dispute-lost/")
    assert port.receivable_of("in_D4")["open"] == 142800
    assert port.close_period("DE-01", "2027-01", "controller", lock=True)["state"] == "locked"
    late = [line(10000, "DE-S19", "19", "ONBOARDING", "SERVICE-POINT")]
    port.post_invoice(invoice("E125", "DE-01", "EUR", "2027-01-31", late, 1900))
    same("E12.5", document="in_E125")
    facts = port.posting_of("in_E125")
    assert (facts["document_date"], facts["posting_period"], facts["tax_period"], facts["late"]) == (
        "2027-01-31",
        "2027-02",
        "2027-01",
        True,
    )


def test_the_united_states_bill_use_bundles_and_write_off(port, same):
    service = ("2027-01-15", "2028-01-15")
    bundle = [line(179900, "US-NY", "8.875", "SUITE-ANNUAL", service=service)]
    port.post_invoice(invoice("U1", "US-01", "USD", "2027-01-15", bundle, 15966))
    same("E2.1", document="in_U1")
    port.recognise("US-01", "2027-01-31")
    same("E2.2", key="ledger/schedule/in_U1/")
    assert port.schedule_of("in_U1")["recognised"] == ORACLES["facts"]["F2"]["recognised"]
    for name in ("U2", "U3"):
        port.post_invoice(yearly(name, "US-01", "USD", *service, net=120000, tax=10650, code="US-NY", rate="8.875"))
    same("E8.0", document="in_U3")
    usage = {"id": "u-2027-01", "customer_id": "cus_U9", "legal_entity": "US-01", "currency": "USD", "amount": 58990}
    port.accrue_usage({**usage, "posting_date": "2027-01-31"})
    same("E7.1", key="billing/usage/u-2027-01/")
    calls = [line(58990, "US-NY", "8.875", "API-CALLS", "USAGE")]
    port.post_invoice(invoice("U9", "US-01", "USD", "2027-02-01", calls, 5235))
    same("E7.2", document="in_U9")
    assert port.balances_of("US-01")["unbilled"] == 0
    port.apply_payment(payment("U2", "US-01", "USD", 100000, "2027-02-01", "bank_transfer"))
    same("E4.3", key="billing/payment/py_U2/")
    assert port.receivable_of("in_U2")["open"] == 30650
    port.apply_payment(payment("U2", "US-01", "USD", 35000, "2027-02-08", "bank_transfer", id="py_U2b"))
    same("E4.4", key="billing/payment/py_U2b/")
    assert (port.receivable_of("in_U2")["open"], port.application_of("py_U2b")["unapplied"]) == (0, 4350)
    port.recognise("US-01", "2027-02-13")
    same("E8.1", key="ledger/schedule/in_U3/recognition-2027-02-13/")
    loss = {"id": "ecl_U3", "legal_entity": "US-01", "currency": "USD", "amount": 9863, "posting_date": "2027-02-13"}
    port.expect_loss(loss)
    same("E8.2", key="billing/allowance/ecl_U3/")
    port.post_credit(
        credit("U3", "U3", "US-01", "2027-02-14", net=110137, tax=9775, code="US-NY", currency="USD", unearned=110137)
    )
    same("E8.3", document="cn_U3")
    given_up = {
        "id": "in_U3",
        "invoice_id": "in_U3",
        "legal_entity": "US-01",
        "currency": "USD",
        "allowance": 9863,
        "requested_by": "ar",
        "approved_by": "finance",
        "posting_date": "2027-04-15",
    }
    port.write_off(given_up)
    same("E8.4", key="billing/invoice/in_U3/write-off/")
    assert port.receivable_of("in_U3")["open"] == 0
    assert port.schedule_of("in_U3")["remaining"] == 0


def test_japan_rounds_toward_zero_and_renews_over_a_leap_year(port, same):
    tax = toward_zero(Fraction(3 * 1099 * 10, 110))
    parts = cumulative(3297 - tax, [1, 1, 1])
    service = ("2027-04-01", "2028-04-01")
    yen = [line(part, "JP-S10I", "10", service=service, line_id=str(n)) for n, part in enumerate(parts)]
    port.post_invoice(invoice("E35", "JP-01", "JPY", "2027-04-01", yen, tax))
    same("E3.5", document="in_E35")
    port.post_invoice(yearly("J1", "JP-01", "JPY", *service, net=1260000, tax=126000, code="JP-S10", rate="10"))
    same("E6.1", document="in_J1")
    port.recognise("JP-01", "2027-04-30")
    same("E6.2", key="ledger/schedule/in_J1/")
