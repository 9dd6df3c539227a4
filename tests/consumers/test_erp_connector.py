"""What the ERP connector (the sync middleware) reads of billing and of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from declared import JSON_TYPE, declare_event, event, get, typed

ME = "erp-connector"
LINE = {
    "id": "il_D1_1",
    "sku": "PRO-ANNUAL",
    "quantity": "1",
    "net": 120000,
    "tax": 22800,
    "tax_code": "DE-S19",
    "revenue_class": "SUB-RATABLE",
    "service_start": "2027-01-01",
    "service_end": "2028-01-01",
}
INVOICE = {
    "id": "in_D1",
    "version": 2,
    "number": "DE-2027-000001",
    "customer": "cus_kranich",
    "contract_id": "C-2026-0417",
    "legal_entity": "DE-01",
    "currency": "EUR",
    "payment_terms": "CARD",
    "status": "finalised",
    "lines": [LINE],
    "subtotal": 120000,
    "tax_amount": 22800,
    "total": 142800,
    "tax_breakdown": [{"tax_code": "DE-S19", "tax_reason": "standard", "rate": "19", "base": 120000, "tax": 22800}],
    "document_date": "2027-01-01",
    "tax_period": "2027-01",
}
ROW = {name: INVOICE[name] for name in ("id", "version", "number", "legal_entity", "currency", "status")} | {
    name: INVOICE[name] for name in ("subtotal", "tax_amount", "total", "document_date")
}
VOIDED = {
    "id": "in_D7",
    "version": 3,
    "number": "DE-2027-000007",
    "legal_entity": "DE-01",
    "currency": "EUR",
    "status": "void",
    "subtotal": 10005,
    "tax_amount": 1901,
    "total": 11906,
    "voided_at": "2027-01-05T08:00:00Z",
}
FINALISED = {name: value for name, value in INVOICE.items() if name not in ("customer", "tax_breakdown")} | {
    "customer_id": "cus_kranich"
}


@dataclass(frozen=True, slots=True)
class Posting:
    """What goes to the ledger; a document that does not add up never does."""

    key: tuple[str, str, int]
    entity: str
    currency: str
    net: int
    tax: int
    gross: int
    day: str


def posting(invoice: Mapping[str, Any]) -> Posting:
    """Turn an invoice of billing, or the data of its event, into a posting."""
    net, tax, gross = (int(invoice[name]) for name in ("subtotal", "tax_amount", "total"))
    lines = invoice.get("lines", [])
    if net + tax != gross or (lines and sum(line["net"] for line in lines) != net):
        raise ValueError(f"{invoice['id']} does not add up")
    key = ("billing", invoice["id"], int(invoice["version"]))
    return Posting(key, invoice["legal_entity"], invoice["currency"], net, tax, gross, invoice["document_date"])


def test_a_finalised_invoice_is_read_whole(pact_between):
    pact = pact_between(ME, "billing-invoices")
    (
        pact.upon_receiving("a request for a finalised invoice that is to be posted")
        .given("invoice in_D1 of DE-01 is finalised")
        .with_request("GET", "/invoices/in_D1")
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed(INVOICE), JSON_TYPE)
        .set_key("erp-get-invoice")
    )
    with pact.serve() as url:
        assert posting(get(url, "/invoices/in_D1")).gross == 142_800


def test_invoices_finalised_since_the_last_run_are_listed(pact_between):
    pact = pact_between(ME, "billing-invoices")
    (
        pact.upon_receiving("a page of invoices finalised since the last run")
        .given("invoices of DE-01 were finalised on 1 January 2027")
        .with_request("GET", "/invoices")
        .with_query_parameters({"legal_entity": "DE-01", "finalised_from": "2027-01-01T00:00:00Z"})
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed({"data": [ROW], "has_more": False, "next_cursor": None}), JSON_TYPE)
        .set_key("erp-list-invoices")
    )
    with pact.serve() as url:
        page = get(url, "/invoices", legal_entity="DE-01", finalised_from="2027-01-01T00:00:00Z")
    assert [posting(row).day for row in page["data"]] == ["2027-01-01"]
    assert not page["has_more"]


def test_an_invoice_of_the_wrong_entity_is_voided_once(pact_between):
    pact = pact_between(ME, "billing-invoices")
    body = {"reason": "wrong selling entity"}
    (
        pact.upon_receiving("a void of an invoice posted to the wrong entity")
        .given("invoice in_D7 is finalised and unpaid")
        .with_request("POST", "/invoices/in_D7/void")
        .with_headers({"Accept": JSON_TYPE, "Idempotency-Key": "void-in_D7-1"})
        .with_body(body, JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed(VOIDED), JSON_TYPE)
        .set_key("erp-void-invoice")
    )
    with pact.serve() as url:
        headers = {"Accept": JSON_TYPE, "Idempotency-Key": "void-in_D7-1"}
        answer = httpx.post(f"{url}/invoices/in_D7/void", json=body, headers=headers, timeout=5, trust_env=False)
    assert answer.json()["status"] == "void"


@pytest.mark.parametrize(
    ("description", "state", "key", "kind", "data"),
    [
        (
            "a finalised invoice that is to be posted",
            "invoice in_D1 of DE-01 was finalised",
            "erp-invoice-finalised",
            "example.aster.invoice.finalised.v2",
            FINALISED,
        ),
        (
            "a voided invoice whose posting is to be reversed",
            "invoice in_D7 was voided",
            "erp-invoice-voided",
            "example.aster.invoice.voided.v2",
            {
                name: VOIDED[name]
                for name in ("id", "version", "number", "legal_entity", "currency", "status", "total", "voided_at")
            },
        ),
    ],
)
def test_events_of_invoices_are_posted_and_reversed(pact_between, description, state, key, kind, data):
    pact = pact_between(ME, "billing-events")
    declare_event(pact, description, state=state, key=key, body=event(kind, "/billing", data))
    handled = []

    def handle(body, _metadata):
        found = body["data"]
        reverses = found["status"] == "void"
        handled.append((found["id"], found["version"]) if reverses else posting(found).key[1:])

    pact.verify(handle)
    assert handled == [(data["id"], data["version"])]


def test_a_posting_is_confirmed_by_its_journal_number(pact_between):
    pact = pact_between(ME, "erp-events")
    data = {"id": "in_D1", "version": 2, "ledger": "DE-01", "journal_number": "JE-DE-27-000014"}
    data |= {"posting_date": "2027-01-01", "subtotal": 120000, "tax_amount": 22800, "total": 142800, "currency": "EUR"}
    body = event("example.aster.invoice.posted.v1", "/erp", data)
    words = "a posted invoice whose number billing mirrors"
    declare_event(pact, words, state="invoice in_D1 is posted", key="erp-invoice-posted", body=body)
    mirrored = {}

    def handle(body, _metadata):
        found = body["data"]
        assert found["subtotal"] + found["tax_amount"] == found["total"]
        mirrored[found["id"], found["version"], found["ledger"]] = (
            found["journal_number"],
            found["posting_date"],
            found["currency"],
        )

    pact.verify(handle)
    assert mirrored == {("in_D1", 2, "DE-01"): ("JE-DE-27-000014", "2027-01-01", "EUR")}
