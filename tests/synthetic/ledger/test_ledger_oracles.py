"""Every posting of the worked numbers (oracles.json beside this file) comes out of the ledger to the minor unit."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from worked_documents import d1, d2, invoice, line, payment

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from harness.model.money import cumulative, half_up, share, toward_zero
from synthetic.sandboxes.ledger import Ledger

ROOT = Path(__file__).parents[3]
ORACLES = json.loads((Path(__file__).parent / "oracles.json").read_text("utf-8"))
FACTS = ORACLES["facts"]


@pytest.fixture(scope="module")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


@pytest.fixture
def ledger(catalog):
    return Ledger(catalog, now=lambda: datetime(2027, 2, 4, 12, tzinfo=UTC))


def u3(name="U3"):
    service = ("2027-01-15", "2028-01-15")
    return invoice(name, "US-01", "USD", "2027-01-15", [line(120000, "US-NY", "8.875", service=service)], 10650)


def assert_posted(name, posting):
    """Compare entity, date, accounts, amounts, and every dimension and tax code the oracle names."""
    oracle = ORACLES["entries"][name]
    assert (posting.key.ledger, str(posting.posting_date)) == (oracle["entity"], oracle["date"])
    wanted, found = Counter(), Counter()
    for one in oracle["lines"]:
        sign = 1 if one["side"] == "Dr" else -1
        wanted[one["account"], sign, one["dim"] or "", one["tax_code"] or ""] += one["amount"]
    names_items = any(one["dim"] for one in oracle["lines"])
    for one in posting.lines:
        item = one.dimension if names_items and one.account != "1100" else ""
        found[one.account, 1 if one.functional > 0 else -1, item, one.tax_code] += abs(one.functional)
    assert found == wanted


def test_e1_a_duplicate_party_is_merged_and_its_credit_moves(ledger):
    for party in ("P1", "P2"):
        ledger.sales.register_party({"id": party, "legal_entity": "DE-01", "currency": "EUR"})
    receipt = payment("x", "DE-01", "EUR", 50000, "2027-01-03", "bank_transfer", invoice_id="", customer_id="P2")
    assert_posted("E1.1", ledger.cash.apply_payment(receipt).posting)
    loser, kept = (party.id for party in reversed(ledger.books.storage.parties()))
    taken = ledger.sales.merge_parties(loser, kept, date(2027, 1, 4))
    assert [one.functional for one in taken.posting.lines] == [50000, -50000]
    assert {one.account for one in taken.posting.lines} == {"2100"}
    assert ledger.books.storage.party(loser).merged_into == kept


def test_e2_a_bundle_is_split_over_its_items_and_recognised_per_item(ledger):
    service = ("2027-01-15", "2028-01-15")
    lines = [line(179900, "US-NY", "8.875", "SUITE-ANNUAL", service=service)]
    tax = half_up(Fraction(179900) * Fraction("8.875") / 100)
    assert tax == FACTS["F2"]["tax"]
    assert_posted("E2.1", ledger.sales.post_invoice(invoice("U1", "US-01", "USD", "2027-01-15", lines, tax)).posting)
    (posting,) = ledger.closing.recognise("US-01", date(2027, 1, 31))
    revenue = [one.functional for one in posting.lines if one.account == "4000"]
    assert (sorted(revenue), -sum(revenue)) == ([-4469, -2234, -1676], FACTS["F2"]["recognised"])


def test_e3_invoices_of_every_tax_kind(ledger):
    assert_posted("E3.1", ledger.sales.post_invoice(d1()).posting)
    workshop = ("ONBOARDING", "SERVICE-POINT", ("2027-01-04", "2027-01-05"))
    three = [line(3335, "DE-S19", "19", *workshop, line_id=str(n)) for n in range(3)]
    tax = half_up(Fraction(3 * 3335 * 19, 100))
    assert (tax, sum(half_up(Fraction(3335 * 19, 100)) for _ in three)) == (1901, FACTS["F3"]["tax_per_line"])
    assert_posted("E3.2", ledger.sales.post_invoice(invoice("E32", "DE-01", "EUR", "2027-01-04", three, tax)).posting)
    reverse_charge = [line(50000, "DE-RC", "0", *workshop)]
    assert_posted(
        "E3.3", ledger.sales.post_invoice(invoice("E33", "DE-01", "EUR", "2027-01-04", reverse_charge, 0)).posting
    )
    assert_posted("E3.4", ledger.sales.post_invoice(d2()).posting)
    tax = toward_zero(Fraction(3 * 1099 * 10, 110))
    parts = cumulative(3297 - tax, [1, 1, 1])
    service = ("2027-04-01", "2028-04-01")
    yen = [line(part, "JP-S10I", "10", service=service, line_id=str(n)) for n, part in enumerate(parts)]
    posting = ledger.sales.post_invoice(invoice("E35", "JP-01", "JPY", "2027-04-01", yen, tax)).posting
    totals = Counter()
    for one in posting.lines:
        totals[one.account] += one.functional
    assert totals == {"1100": 3297, "2400": -2998, "2200": -299}


def test_e4_card_payout_part_payment_unapplied_and_realised_gain(ledger):
    ledger.sales.post_invoice(d1())
    paid = ledger.cash.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    assert_posted("E4.1", paid.posting)
    fee = half_up(Fraction(142800 * 15, 1000)) + 25
    payout = {"id": "po", "legal_entity": "DE-01", "currency": "EUR", "amount": 142800 - fee, "fees": fee}
    assert_posted("E4.2", ledger.cash.post_payout({**payout, "arrival_date": "2027-01-05"}).posting)
    service = ("2027-01-15", "2028-01-15")
    u2 = invoice("U2", "US-01", "USD", "2027-01-15", [line(120000, "US-NY", "8.875", service=service)], 10650)
    ledger.sales.post_invoice(u2)
    first = payment("U2", "US-01", "USD", 100000, "2027-02-01", "bank_transfer")
    assert_posted("E4.3", ledger.cash.apply_payment(first).posting)
    second = payment("U2", "US-01", "USD", 35000, "2027-02-08", "bank_transfer", id="py_U2b")
    assert_posted("E4.4", ledger.cash.apply_payment(second).posting)
    (_, last) = ledger.books.storage.applications(invoice_id="in_U2")
    assert (last.amount, last.unapplied) == (30650, FACTS["F4"]["unapplied"])
    ledger.sales.post_invoice(d2())
    gain = ledger.cash.apply_payment(payment("D2", "DE-01", "USD", 100000, "2027-02-10"))
    assert_posted("E4.5", gain.posting)
    assert ledger.books.storage.applications("py_D2")[0].realised_fx == FACTS["F4"]["realised_gain"]


def test_e5_an_upgrade_in_mid_term_is_prorated_by_calendar_days(ledger):
    seats = [line(240000, "DE-S19", "19", "PRO-SEAT")]
    assert_posted("E5.0", ledger.sales.post_invoice(invoice("D5", "DE-01", "EUR", "2027-01-01", seats, 45600)).posting)
    left, term = (date(2028, 1, 1) - date(2027, 4, 1)).days, 365
    charge = share(5 * 24000, left, term)
    assert (left, charge) == (FACTS["F5"]["days_left"], FACTS["F5"]["charge"])
    more = [line(charge, "DE-S19", "19", "PRO-SEAT", service=("2027-04-01", "2028-01-01"))]
    tax = half_up(Fraction(charge * 19, 100))
    assert_posted("E5.1", ledger.sales.post_invoice(invoice("D5b", "DE-01", "EUR", "2027-04-01", more, tax)).posting)
    ledger.closing.recognise("DE-01", date(2027, 3, 31))
    assert sum(one.remaining for one in ledger.books.storage.deferrals()) == FACTS["F5"]["deferred_after"]


def test_e6_a_renewal_over_a_leap_year(ledger):
    renewed = [line(1260000, "JP-S10", "10", service=("2027-04-01", "2028-04-01"))]
    posting = ledger.sales.post_invoice(invoice("J1", "JP-01", "JPY", "2027-04-01", renewed, 126000)).posting
    assert_posted("E6.1", posting)
    (april,) = ledger.closing.recognise("JP-01", date(2027, 4, 30))
    assert_posted("E6.2", april)


def test_e7_usage_is_accrued_and_the_invoice_settles_it(ledger):
    usage = {"id": "u-2027-01", "legal_entity": "US-01", "currency": "USD", "amount": FACTS["F7"]["amount"]}
    assert_posted("E7.1", ledger.sales.accrue_usage({**usage, "posting_date": "2027-01-31"}).posting)
    calls = [line(58990, "US-NY", "8.875", "API-CALLS", "USAGE")]
    posting = ledger.sales.post_invoice(invoice("U9", "US-01", "USD", "2027-02-01", calls, 5235), accrued=True).posting
    assert_posted("E7.2", posting)
    assert ledger.books.storage.balances("US-01")["1150"] == 0


def test_e8_a_payer_who_never_pays_loses_only_what_was_earned(ledger):
    assert_posted("E8.0", ledger.sales.post_invoice(u3()).posting)
    (earned,) = ledger.closing.recognise("US-01", date(2027, 2, 13))
    assert_posted("E8.1", earned)
    loss = {"id": "ecl_U3", "legal_entity": "US-01", "currency": "USD", "amount": 9863, "posting_date": "2027-02-13"}
    assert_posted("E8.2", ledger.cash.expect_loss(loss).posting)
    credit = {
        "id": "cn_U3",
        "invoice_id": "in_U3",
        "customer_id": "cus_U3",
        "legal_entity": "US-01",
        "currency": "USD",
        "document_date": "2027-02-14",
        "lines": [
            {
                "invoice_line_id": "1",
                "net": 110137,
                "unearned_net": 110137,
                "earned_net": 0,
                "tax": 9775,
                "tax_code": "US-NY",
            }
        ],
        "net": 110137,
        "tax": 9775,
        "total": 119912,
    }
    assert_posted("E8.3", ledger.sales.post_credit(credit).posting)
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
    assert_posted("E8.4", ledger.cash.write_off(given_up).posting)
    balances = ledger.books.storage.balances("US-01")
    assert [balances[account] for account in ("1100", "1190", "2200", "2400", "4000", "6200")] == [
        0,
        0,
        0,
        0,
        -9863,
        9863,
    ]
    assert ledger.books.storage.open_item("in_U3", "US-01").open == FACTS["F8"]["open"]
    assert ledger.closing.recognise("US-01", date(2027, 12, 31)) == []


def test_e8_a_lost_dispute_reinstates_the_receivable(ledger):
    ledger.sales.post_invoice(d1("D4"))
    ledger.cash.apply_payment(payment("D4", "DE-01", "EUR", 142800, "2027-01-02"))
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
    assert_posted("E8.5", ledger.cash.open_dispute(dispute).posting)
    assert ledger.books.storage.open_item("in_D4", "DE-01").open == 0
    lost = {**dispute, "status": "lost", "closed_at": "2027-03-10T12:00:00Z"}
    assert_posted("E8.6", ledger.cash.close_dispute(lost).posting)
    assert ledger.books.storage.open_item("in_D4", "DE-01").open == 142800


def credit_of(name, invoice_name, net, tax, day, *, earned=0, unearned=0):
    return {
        "id": f"cn_{name}",
        "invoice_id": f"in_{invoice_name}",
        "customer_id": f"cus_{invoice_name}",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "document_date": day,
        "lines": [
            {
                "invoice_line_id": "1",
                "net": net,
                "earned_net": earned,
                "unearned_net": unearned,
                "tax": tax,
                "tax_code": "DE-S19",
            }
        ],
        "net": net,
        "tax": tax,
        "total": net + tax,
    }


def test_e9_a_service_credit_is_owed_and_then_refunded(ledger):
    ledger.sales.post_invoice(d1())
    ledger.cash.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    credit = credit_of("E91", "D1", 30000, 5700, "2027-04-05", earned=30000)
    assert_posted("E9.1", ledger.sales.post_credit(credit).posting)
    refund = {
        "id": "re_E92",
        "customer_id": "cus_D1",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "amount": 35700,
        "succeeded_at": "2027-04-06T07:12:00Z",
    }
    assert_posted("E9.2", ledger.cash.post_refund(refund).posting)
    assert ledger.books.storage.balances("DE-01")["2100"] == FACTS["F9"]["balance_2100"]


def test_e10_a_cancellation_credits_what_is_unearned(ledger):
    ledger.sales.post_invoice(d1("D6"))
    ledger.cash.apply_payment(payment("D6", "DE-01", "EUR", 142800, "2027-01-02"))
    ledger.closing.recognise("DE-01", date(2027, 6, 30))
    unearned = 120000 - share(120000, 181, 365)
    tax = half_up(Fraction(unearned * 19, 100))
    assert (unearned, unearned + tax) == (FACTS["F10"]["unearned"], FACTS["F10"]["credit"])
    credit = credit_of("E101", "D6", unearned, tax, "2027-07-01", unearned=unearned)
    assert_posted("E10.1", ledger.sales.post_credit(credit).posting)
    refund = {
        "id": "re_E102",
        "customer_id": "cus_D6",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "amount": unearned + tax,
        "succeeded_at": "2027-07-02T06:00:00Z",
    }
    assert_posted("E10.2", ledger.cash.post_refund(refund).posting)
    assert ledger.books.storage.balances("DE-01")["2400"] == 0
    assert ledger.closing.recognise("DE-01", date(2027, 12, 31)) == []


def test_e10_what_is_not_refundable_becomes_termination_revenue_once(ledger):
    ledger.sales.post_invoice(d1("D6"))
    ledger.closing.recognise("DE-01", date(2027, 6, 30))
    ended = {"id": "sub_D6", "invoice_id": "in_D6", "legal_entity": "DE-01", "effective_date": "2027-07-01"}
    assert_posted("E10.3", ledger.sales.forfeit(ended).posting)
    assert ledger.books.storage.balances("DE-01")["2400"] == 0


def test_e11_the_legacy_ledger_has_its_own_accounts_and_equal_months(ledger):
    assert_posted("E11.1", ledger.sales.post_invoice(d1(), "DE-01-L").posting)
    assert_posted("E11.2", ledger.closing.recognise("DE-01-L", date(2027, 1, 31))[0])
    ledger.sales.post_invoice(d1())
    (cloud,) = ledger.closing.recognise("DE-01", date(2027, 1, 31))
    assert cloud.lines[0].functional - 10000 == FACTS["F11"]["difference_2400"]
    assert len(ledger.books.storage.postings("in_D1")) == 4


def test_e12_january_of_the_german_company_closes_on_its_trial_balance(ledger):
    ledger.sales.post_invoice(d1())
    ledger.sales.post_invoice(d2())
    ledger.cash.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    payout = {"id": "po", "legal_entity": "DE-01", "currency": "EUR", "amount": 140633, "fees": 2167}
    ledger.cash.post_payout({**payout, "arrival_date": "2027-01-05"})
    seats = [line(240000, "DE-S19", "19", "PRO-SEAT")]
    ledger.sales.post_invoice(invoice("D5", "DE-01", "EUR", "2027-01-01", seats, 45600))
    first, second = ledger.closing.recognise("DE-01", date(2027, 1, 31))
    assert_posted("E12.1", first)
    assert_posted("E12.2", second)
    revalued, undone = ledger.closing.revalue("DE-01", date(2027, 1, 31))
    assert_posted("E12.3", revalued)
    assert_posted("E12.4", undone)
    wanted = ORACLES["trial_balances"]["DE-01 2027-01"]["balances"]
    assert ledger.books.storage.balances("DE-01", through="2027-01") == wanted
    assert ledger.closing.recognise("DE-01", date(2027, 1, 31)) == []
    assert ledger.closing.revalue("DE-01", date(2027, 1, 31)) == []


def test_e12_a_document_of_a_closed_month_posts_to_the_open_one_and_keeps_its_tax_period(ledger):
    ledger.closing.close_period("DE-01", "2027-01", "controller", lock=True)
    late = [line(10000, "DE-S19", "19", "ONBOARDING", "SERVICE-POINT")]
    taken = ledger.sales.post_invoice(invoice("E125", "DE-01", "EUR", "2027-01-31", late, 1900))
    assert_posted("E12.5", taken.posting)
    assert (str(taken.posting.document_date), taken.posting.tax_period, taken.posting.late) == (
        "2027-01-31",
        "2027-01",
        True,
    )


def test_the_year_of_one_subscription_is_recognised_in_the_published_schedule(ledger):
    ledger.sales.post_invoice(d1())
    ends = [date(2027, month + 1, 1) if month < 12 else date(2028, 1, 1) for month in range(1, 13)]
    found = [ledger.closing.recognise("DE-01", date.fromordinal(end.toordinal() - 1)) for end in ends]
    assert [posting.lines[0].functional for (posting,) in found] == ORACLES["schedules"]["D1_daily"]
