"""What analytics load into the revenue mart."""

from __future__ import annotations

from declared import JSON_TYPE, declare_event, event, get, typed

ME = "analytics"
ROW = {
    "id": "in_D1",
    "customer": "cus_kranich",
    "contract_id": "C-2026-0417",
    "subscription_id": "sub_D1",
    "legal_entity": "DE-01",
    "currency": "EUR",
    "status": "paid",
    "subtotal": 120000,
    "total": 142800,
    "document_date": "2027-01-01",
    "paid_at": "2027-01-02T10:00:00Z",
}
LINE = {
    "id": "il_D1_1",
    "sku": "PRO-ANNUAL",
    "net": 120000,
    "revenue_class": "SUB-RATABLE",
    "service_start": "2027-01-01",
    "service_end": "2028-01-01",
}


def test_paid_invoices_are_loaded_by_the_page(pact_between):
    pact = pact_between(ME, "billing-invoices")
    (
        pact.upon_receiving("a page of paid invoices for the revenue mart")
        .given("invoices of January 2027 are paid")
        .with_request("GET", "/invoices")
        .with_query_parameter("status", "paid")
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed({"data": [ROW]}), JSON_TYPE)
        .set_key("analytics-list-invoices")
    )
    with pact.serve() as url:
        rows = get(url, "/invoices", status="paid")["data"]
    assert {(row["legal_entity"], row["currency"]): row["subtotal"] for row in rows} == {("DE-01", "EUR"): 120000}


def test_the_lines_of_an_invoice_say_what_is_recognised_when(pact_between):
    pact = pact_between(ME, "billing-invoices")
    invoice = {"id": "in_D1", "legal_entity": "DE-01", "currency": "EUR", "subtotal": 120000, "lines": [LINE]}
    (
        pact.upon_receiving("one invoice with its lines")
        .given("invoice in_D1 of DE-01 is finalised")
        .with_request("GET", "/invoices/in_D1")
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed(invoice), JSON_TYPE)
        .set_key("analytics-get-invoice")
    )
    with pact.serve() as url:
        found = get(url, "/invoices/in_D1")
    assert sum(line["net"] for line in found["lines"]) == found["subtotal"]


def test_an_activated_subscription_enters_the_forecast(pact_between):
    pact = pact_between(ME, "billing-events")
    data = {"id": "sub_D1", "version": 1, "contract_id": "C-2026-0417", "currency": "EUR", "term_end": "2028-01-01"}
    data |= {"auto_renew": True, "items": [{"id": "si_D1", "sku": "PRO-ANNUAL", "net": 120000}]}
    body = event("example.aster.subscription.activated.v1", "/billing", data)
    words = "an activated subscription for the forecast"
    declare_event(pact, words, state="sub_D1 was activated", key="analytics-activated", body=body)
    forecast = {}
    pact.verify(
        lambda body, _: forecast.update({body["data"]["id"]: sum(item["net"] for item in body["data"]["items"])})
    )
    assert forecast == {"sub_D1": 120000}


def test_a_posted_invoice_is_recognised_in_its_period(pact_between):
    pact = pact_between(ME, "erp-events")
    data = {"id": "in_D1", "version": 2, "ledger": "DE-01", "posting_period": "2027-01", "subtotal": 120000}
    body = event("example.aster.invoice.posted.v1", "/erp", data)
    words = "a posted invoice for the revenue mart"
    declare_event(pact, words, state="invoice in_D1 is posted", key="analytics-posted", body=body)
    posted = {}
    pact.verify(lambda body, _: posted.update({body["data"]["posting_period"]: body["data"]["subtotal"]}))
    assert posted == {"2027-01": 120000}
