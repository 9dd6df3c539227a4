"""What the ledger refuses, repeats without harm, and never loses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.sandboxes.ledger import Ledger, RefusedError

ROOT = Path(__file__).parents[3]
CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


def new_ledger(database=":memory:"):
    return Ledger(CATALOG, now=lambda: datetime(2027, 3, 10, 12, tzinfo=UTC), database=database)


@pytest.fixture
def ledger():
    return new_ledger()


def invoice(name="A", net=120000, tax=22800, **extra):
    document = {
        "id": f"in_{name}",
        "version": 2,
        "customer_id": "cus_A",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "payment_terms": "NET30",
        "document_date": "2027-01-01",
        "net": net,
        "tax": tax,
        "total": net + tax,
        "lines": [
            {
                "id": "1",
                "sku": "PRO-ANNUAL",
                "net": net,
                "tax": tax,
                "tax_code": "DE-S19",
                "revenue_class": "SUB-RATABLE",
                "service_start": "2027-01-01",
                "service_end": "2028-01-01",
            }
        ],
    }
    return document | extra


def payment(amount, name="p", **extra):
    return {
        "id": name,
        "customer_id": "cus_A",
        "invoice_id": "in_A",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "amount": amount,
        "value_date": "2027-01-05",
    } | extra


def refusal(call, *arguments, **named):
    with pytest.raises(RefusedError) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_the_same_invoice_is_in_the_books_once_however_often_it_is_sent(ledger):
    first, again = ledger.sales.post_invoice(invoice()), ledger.sales.post_invoice(invoice())
    assert (first.is_replay, again.is_replay) == (False, True)
    assert first.posting == again.posting
    assert ledger.books.storage.balances("DE-01")["1100"] == 142800


def test_other_content_under_the_same_key_is_refused(ledger):
    ledger.sales.post_invoice(invoice())
    assert refusal(ledger.sales.post_invoice, invoice(net=120001)) == "key-reused"


def test_a_lower_version_is_never_applied_after_a_higher_one(ledger):
    ledger.sales.post_invoice(invoice())
    assert refusal(ledger.sales.post_invoice, invoice(version=1)) == "stale-version"


def test_what_is_sent_again_after_its_party_was_merged_is_no_other_content(ledger):
    """A posting whose answer was lost is tried again, and in between an accountant may have merged the customer."""
    for customer in ("cus_A", "cus_B"):
        ledger.sales.register_party({"id": customer, "legal_entity": "DE-01", "currency": "EUR"})
    ledger.sales.post_invoice(invoice())
    ledger.sales.merge_parties("pa_cus_A_DE-01", "pa_cus_B_DE-01", date(2027, 1, 2))
    assert ledger.sales.post_invoice(invoice()).is_replay
    later = ledger.sales.post_invoice(invoice("B")).posting
    assert later.lines[0].dimension == "cus_B"
    assert ledger.sales.post_invoice(invoice("B")).is_replay


def test_the_second_ledger_of_a_company_is_no_duplicate(ledger):
    ledger.sales.post_invoice(invoice())
    assert not ledger.sales.post_invoice(invoice(), "DE-01-L").is_replay


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"total": 1}, "total-differs"),
        ({"net": 1, "total": 22801}, "lines-differ"),
        ({"legal_entity": "FR-01"}, "entity-unknown"),
        ({"document_date": "yesterday"}, "date-missing"),
        ({"payment_terms": "NEVER"}, "terms-unmapped"),
        ({"currency": "USD"}, "rate-missing"),
    ],
)
def test_a_document_that_cannot_be_posted_is_refused_by_name_and_leaves_nothing(ledger, broken, code):
    assert refusal(ledger.sales.post_invoice, invoice() | broken) == code
    assert ledger.books.storage.postings() == []
    assert ledger.books.storage.open_items() == []


BREAKDOWN = [{"tax_code": "DE-S19", "base": 120000, "tax": 22800}]


@pytest.mark.parametrize(
    ("contradiction", "code"),
    [
        ({"tax_breakdown": [BREAKDOWN[0] | {"tax": 22799}]}, "tax-parts-differ"),
        ({"tax_breakdown": [BREAKDOWN[0] | {"tax_code": "DE-S16"}]}, "tax-code-differs"),
        ({"tax_breakdown": [BREAKDOWN[0] | {"base": 100000}]}, "tax-code-differs"),
        ({"tax_code": "DE-S7", "tax_breakdown": BREAKDOWN}, "tax-code-differs"),
        ({"status": "draft"}, "not-final"),
    ],
)
def test_an_invoice_that_contradicts_itself_is_refused_and_leaves_nothing(ledger, contradiction, code):
    assert refusal(ledger.sales.post_invoice, invoice() | contradiction) == code
    assert ledger.books.storage.postings() == []


def test_an_invoice_that_says_one_thing_twice_is_posted(ledger):
    said = {"tax_code": "DE-S19", "tax_breakdown": BREAKDOWN, "status": "finalised"}
    assert not ledger.sales.post_invoice(invoice() | said).is_replay


@pytest.mark.parametrize("operation", ["post_invoice", "post_credit"])
def test_a_document_is_posted_in_the_books_of_its_own_company_only(ledger, operation):
    ledger.sales.post_invoice(invoice("B"))
    document = invoice() if operation == "post_invoice" else {**invoice(), "invoice_id": "in_B"}
    assert refusal(getattr(ledger.sales, operation), document, "US-01") == "entity-differs"
    assert refusal(ledger.cash.apply_payment, payment(1), "US-01") == "entity-differs"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"net": 1000}, "lines-differ"),
        ({"tax": 200}, "tax-parts-differ"),
        ({"total": 1200}, "total-differs"),
        ({"tax_code": "DE-S7"}, "tax-code-differs"),
        ({"status": "draft"}, "not-final"),
    ],
)
def test_a_credit_note_that_contradicts_itself_is_refused(ledger, wrong, code):
    ledger.sales.post_invoice(invoice())
    line = {"net": 1100, "tax": 209, "earned_net": 1000, "unearned_net": 100, "tax_code": "DE-S19"}
    credit = {"id": "cn_A", "invoice_id": "in_A", "customer_id": "cus_A", "legal_entity": "DE-01", "currency": "EUR"}
    credit |= {"document_date": "2027-02-01", "net": 1100, "tax": 209, "total": 1309, "lines": [line]}
    assert refusal(ledger.sales.post_credit, credit | wrong) == code
    split = [line | {"earned_net": 1100}]
    assert refusal(ledger.sales.post_credit, credit | {"lines": split}) == "lines-differ"
    assert not ledger.sales.post_credit(credit).is_replay


def test_a_refund_that_failed_is_no_cash(ledger):
    refund = {"id": "re_A", "customer_id": "cus_A", "legal_entity": "DE-01", "currency": "EUR", "amount": 5}
    refund |= {"succeeded_at": "2027-02-01T10:00:00Z", "status": "failed"}
    assert refusal(ledger.cash.post_refund, refund) == "not-final"


@pytest.mark.parametrize(
    ("line", "code"), [({"sku": "NEW"}, "sku-unmapped"), ({"revenue_class": "NEW"}, "class-unmapped")]
)
def test_an_unmapped_line_is_refused(ledger, line, code):
    document = invoice()
    document["lines"][0] |= line
    assert refusal(ledger.sales.post_invoice, document) == code


def test_more_than_the_invoice_is_never_credited(ledger):
    ledger.sales.post_invoice(invoice())
    credit = {
        "invoice_id": "in_A",
        "customer_id": "cus_A",
        "legal_entity": "DE-01",
        "currency": "EUR",
        "document_date": "2027-02-01",
        "lines": [{"invoice_line_id": "1", "net": 120000, "unearned_net": 120000, "tax": 22800, "tax_code": "DE-S19"}],
        "total": 142800,
    }
    ledger.sales.post_credit({**credit, "id": "cn_1"})
    ledger.sales.post_credit({**credit, "id": "cn_1"})
    assert refusal(ledger.sales.post_credit, {**credit, "id": "cn_2"}) == "credit-exceeds"
    assert ledger.books.storage.open_item("in_A", "DE-01").open == 0


def test_a_refund_needs_a_credit_behind_it(ledger):
    refund = {"id": "re", "customer_id": "cus_A", "legal_entity": "DE-01", "currency": "EUR", "amount": 1}
    assert refusal(ledger.cash.post_refund, {**refund, "succeeded_at": "2027-02-01T00:00:00Z"}) == "refund-exceeds"


def test_nobody_approves_his_own_write_off(ledger):
    ledger.sales.post_invoice(invoice())
    asked = {"id": "in_A", "invoice_id": "in_A", "legal_entity": "DE-01", "posting_date": "2027-02-01"}
    assert refusal(ledger.cash.write_off, {**asked, "requested_by": "a", "approved_by": "a"}) == "approval-missing"


def test_a_locked_period_takes_nothing_and_two_persons_reopen_it(ledger):
    ledger.closing.close_period("DE-01", "2027-03", "controller", lock=True)
    ledger.closing.close_period("DE-01", "2027-01", "controller", lock=True)
    assert refusal(ledger.sales.post_invoice, invoice()) == "period-closed"
    assert refusal(ledger.closing.reopen_period, "DE-01", "2027-01", "a", "a", "late bill") == "approval-missing"
    ledger.closing.reopen_period("DE-01", "2027-01", "a", "b", "late bill")
    assert not ledger.sales.post_invoice(invoice()).posting.late
    assert [row[1] for row in ledger.books.storage.audit()][-1] == "reopen DE-01 2027-01"


def test_a_reversal_nets_every_account_to_nothing_and_stays_visible(ledger):
    number = ledger.sales.post_invoice(invoice()).posting.journal_number
    undone = ledger.closing.reverse(number, date(2027, 2, 1), "controller", "wrong entity")
    assert undone.posting.reverses == number
    assert set(ledger.books.storage.balances("DE-01").values()) == {0}
    assert len(ledger.books.storage.postings("in_A")) == 2


def test_only_the_owner_of_collection_raises_the_dunning_level_and_payment_ends_it(ledger):
    ledger.sales.post_invoice(invoice())
    ledger.sales.post_invoice(invoice("card", payment_terms="CARD"))
    assert [item.invoice_id for item in ledger.cash.dun("DE-01", date(2027, 2, 1))] == ["in_A"]
    assert ledger.cash.dun("DE-01", date(2027, 2, 1)) == []
    assert [item.dunning_level for item in ledger.cash.dun("DE-01", date(2027, 2, 20))] == [2]
    ledger.cash.apply_payment(payment(142800))
    assert ledger.books.storage.open_item("in_A", "DE-01").dunning_level == 0


def test_the_books_are_there_after_a_restart(tmp_path):
    path = str(tmp_path / "books.sqlite")
    posted = new_ledger(path).sales.post_invoice(invoice()).posting
    assert new_ledger(path).books.storage.postings() == [posted]


@given(st.lists(st.integers(1, 200_000), max_size=6), st.integers(0, 364))
def test_whatever_is_paid_the_books_balance_and_nothing_is_owed_below_zero(amounts, days):
    ledger = new_ledger()
    ledger.sales.post_invoice(invoice())
    for number, amount in enumerate(amounts):
        ledger.cash.apply_payment(payment(amount, f"p{number}"))
    ledger.closing.recognise("DE-01", date.fromordinal(date(2027, 1, 1).toordinal() + days))
    balances = ledger.books.storage.balances("DE-01")
    item = ledger.books.storage.open_item("in_A", "DE-01")
    assert sum(balances.values()) == 0
    assert item.open == max(142800 - sum(amounts), 0) == balances["1100"]
    assert -balances.get("2100", 0) == max(sum(amounts) - 142800, 0)
