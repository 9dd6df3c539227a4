"""What stands in Kill Bill's documents, read without Kill Bill."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

from synthetic.systems.killbill.catalogue import catalogue
from synthetic.systems.killbill.documents import (
    Credited,
    credit_number,
    credited,
    credits_of,
    lines_of,
    mark_of,
    number_of,
    status_of,
    sums_of,
    term_of,
    version_of,
)


def item(name, kind, amount, linked="", text=""):
    return {
        "invoiceItemId": name,
        "itemType": kind,
        "amount": amount,
        "linkedInvoiceItemId": linked,
        "description": text,
    }


INVOICE = {
    "invoiceNumber": "7",
    "invoiceDate": "2027-01-04",
    "currency": "EUR",
    "items": [
        item("a", "RECURRING", 1200),
        item("t", "TAX", 228),
        item("t1", "ITEM_ADJ", -19, "t", '{"key": "k"}'),
        item("c1", "ITEM_ADJ", -100, "a", '{"key": "k"}'),
        item("c2", "ITEM_ADJ", -50, "a", "by hand"),
        item("z", "CBA_ADJ", 5),
    ],
}
ACCOUNT = {"notes": '{"legal_entity": "DE-01"}'}


def test_what_was_billed_does_not_change_with_what_is_credited():
    assert [one["invoiceItemId"] for one in lines_of(INVOICE)] == ["a"]
    assert sums_of(INVOICE) == (120000, 22800)


def test_a_credit_note_is_an_adjustment_of_a_line_with_that_of_its_tax():
    first, second = credits_of(INVOICE)
    assert (credited(INVOICE, first), credited(INVOICE, second)) == (Credited(1, 10000, 1900), Credited(2, 5000, 0))
    assert (mark_of(first), mark_of(second)) == ({"key": "k"}, {})
    assert credit_number(INVOICE, ACCOUNT, credited(INVOICE, second)) == "DE-2027-000007-C2"
    assert number_of(INVOICE, ACCOUNT) == "DE-2027-000007"


def test_a_version_is_when_kill_bill_made_it():
    made = {"auditLogs": [{"changeType": "INSERT", "changeDate": "2027-01-04T09:00:04.000Z"}]}
    assert version_of(made) == int(datetime(2027, 1, 4, 9, 0, 4, tzinfo=UTC).timestamp())


def test_terms_and_status_follow_the_days_kill_bill_shows():
    begun = {"billingStartDate": "2028-02-29", "chargedThroughDate": None, "state": "ACTIVE"}
    assert term_of(begun) == ("2028-02-29", "2028-02-29")
    assert term_of(begun | {"chargedThroughDate": "2029-02-28"}) == ("2028-02-29", "2029-02-28")
    ending = begun | {"cancelledDate": "2029-02-28"}
    assert status_of(ending, date(2029, 2, 27)) == "active"
    assert status_of(ending, date(2029, 2, 28)) == "canceled"


def test_the_catalog_has_a_plan_with_and_without_a_trial_and_yen_without_cents():
    found = ET.fromstring(catalogue({"PRO-ANNUAL": {"EUR": 120000, "JPY": 1200000}}, ["EUR", "JPY"]))  # noqa: S314  (our own)
    assert [plan.get("name") for plan in found.iter("plan") if plan.get("name")] == [
        "pro-annual-yearly",
        "pro-annual-yearly-after-14",
    ]
    prices = {
        one.findtext("currency"): one.findtext("value") for one in found.find("plans/plan/finalPhase").iter("price")
    }
    assert prices == {"EUR": "1200.00", "JPY": "1200000"}
