"""Two parties of one customer become one in Tryton: what they have and owe moves, once, and can be read back."""

from __future__ import annotations

import pytest
from worked_documents import d1, d2, payment

from synthetic.deeds import UnreachableError
from synthetic.sandboxes.ledger.values import RefusedError

pytestmark = pytest.mark.tryton

DAY = "2027-01-04"


def _register(port, *customers):
    for customer in customers:
        party = {"id": customer, "legal_name": f"{customer} GmbH", "legal_entity": "DE-01", "currency": "EUR"}
        port.register_party({**party, "payment_terms": "NET30", "parent_id": "", "synthetic": True})


@pytest.fixture
def doubled(port):
    """A customer twice: the second owes in two currencies and has money that nothing was paid with."""
    _register(port, "cus_D1", "cus_kept")
    port.post_invoice(d1())
    port.post_invoice({**d2(), "customer_id": "cus_D1"})
    transfer = payment("x", "DE-01", "EUR", 50000, "2027-01-03", "bank_transfer", invoice_id="", customer_id="cus_D1")
    port.apply_payment(transfer)
    return port


def test_what_a_party_has_and_owes_moves_in_every_currency_and_the_ledger_stays_as_it_was(server, doubled):
    before = doubled._looks.trial_balance("DE-01")
    moved = doubled.merge_parties("cus_D1", "cus_kept", DAY, "DE-01")
    assert (moved["replayed"], moved["posting_date"]) == (False, DAY)
    assert doubled._looks.trial_balance("DE-01") == before
    kept, lost = (doubled.balances_of("DE-01", "", one) for one in ("cus_kept", "cus_D1"))
    assert (kept["receivable"], kept["customer_credit"]) == (before["1100"], 50000)
    assert (lost["receivable"], lost["customer_credit"]) == (0, 0)
    seen = doubled.merge_of("cus_D1", "DE-01")
    assert (seen["count"], seen["survivor"], seen["accounts"]) == (1, "cus_kept", "1100,2100")
    assert seen["amount"] == before["1100"] + 50000
    rows = server.session().rest(
        "account.move.line",
        [["move.description", "like", "erp/merge/%"]],
        ("party.code", "account.code", "debit", "credit", "second_currency.code", "amount_second_currency"),
    )
    legs = {(row["party"]["code"], row["account"]["code"], row["amount_second_currency"]) for row in rows}
    assert legs == {
        (f"cus_{who}/DE-01", account, sign * foreign if foreign else None)
        for who, sign in (("D1", -1), ("kept", 1))
        for account, foreign in (("1100", 0), ("1100", 1000), ("2100", 0))
    }


def test_what_comes_for_a_merged_party_is_the_survivors(server, doubled):
    doubled.merge_parties("cus_D1", "cus_kept", DAY, "DE-01")
    doubled.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-05"))
    applied = doubled.application_of("py_D1")
    assert (applied["customer"], applied["applied_to"], applied["amount"]) == ("cus_kept", "in_D1", 142800)
    assert doubled.receivable_of("in_D1")["open"] == 0
    tryton = server.session()
    assert tryton.find("account.invoice", [["reference", "=", "in_D1"]], ["state"])[0]["state"] == "paid"
    paid = ["move.description", "=", "billing/payment/py_D1/payment/DE-01"]
    (line,) = tryton.rest(
        "account.move.line", [paid, ["account.code", "=", "1100"]], ("reconciliation.id", "party.code")
    )
    assert (line["party"]["code"], line["reconciliation"] is None) == ("cus_kept/DE-01", False)
    _register(doubled, "cus_D1")
    assert doubled.party_of("cus_D1", "DE-01") == {"count": 0}
    shown = doubled.party_of("cus_kept", "DE-01")
    assert (shown["count"], shown["name"], shown["terms"]) == (1, "cus_kept GmbH", "NET30")


def test_a_merge_may_be_repeated_and_is_ended_after_a_crash_between_its_two_halves(doubled, monkeypatch):
    def dies(*_, **__):
        raise UnreachableError("erp", "killed")

    with monkeypatch.context() as patch:
        patch.setattr(doubled._parties._books.tryton, "write", dies)
        with pytest.raises(UnreachableError):
            doubled.merge_parties("cus_D1", "cus_kept", DAY, "DE-01")
    assert doubled.merge_of("cus_D1", "DE-01") == {"count": 0}
    ended, again = (doubled.merge_parties("cus_D1", "cus_kept", DAY, "DE-01") for _ in range(2))
    assert ended == again == {**again, "replayed": True}
    assert doubled.merge_of("cus_D1", "DE-01")["amount"] == doubled.balances_of("DE-01")["receivable"] + 50000


def test_a_party_that_is_not_there_or_gone_is_not_merged(doubled):
    _register(doubled, "cus_third")
    doubled.merge_parties("cus_D1", "cus_kept", DAY, "DE-01")
    for loser, survivor, code in (
        ("cus_none", "cus_kept", "party-unknown"),
        ("cus_kept", "cus_kept", "party-unknown"),
        ("cus_D1", "cus_third", "state"),
        ("cus_third", "cus_D1", "state"),
    ):
        with pytest.raises(RefusedError) as refused:
            doubled.merge_parties(loser, survivor, DAY, "DE-01")
        assert refused.value.code == code


def test_an_invoice_of_a_merged_party_can_be_voided_and_a_survivor_merged_on(doubled):
    _register(doubled, "cus_third")
    doubled.merge_parties("cus_D1", "cus_kept", DAY, "DE-01")
    doubled.merge_parties("cus_kept", "cus_third", DAY, "DE-01")
    doubled.void_invoice("in_D1", "DE-01")
    owed = {one: doubled.balances_of("DE-01", "", one)["receivable"] for one in ("cus_D1", "cus_kept", "cus_third")}
    assert owed == {"cus_D1": 0, "cus_kept": 0, "cus_third": doubled.balances_of("DE-01")["receivable"]}
    doubled.apply_payment(payment("D2", "DE-01", "USD", 100000, "2027-01-05", customer_id="cus_D1"))
    assert doubled.application_of("py_D2")["customer"] == "cus_third"
    assert doubled.receivable_of("in_D2")["open"] == doubled.balances_of("DE-01")["open_items"] == 0
