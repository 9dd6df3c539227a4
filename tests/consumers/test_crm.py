"""What sales people see of an account before a renewal."""

from __future__ import annotations

from declared import JSON_TYPE, declare_event, event, get, typed

ME = "crm"


def test_open_invoices_are_shown_before_a_renewal(pact_between):
    pact = pact_between(ME, "billing-invoices")
    row = {
        "id": "in_D1",
        "number": "DE-2027-000001",
        "customer": "cus_kranich",
        "contract_id": "C-2026-0417",
        "currency": "EUR",
        "total": 142800,
        "open": 142800,
        "due_date": "2027-01-01",
        "status": "finalised",
    }
    (
        pact.upon_receiving("open invoices of an account before a renewal")
        .given("customer cus_kranich has an open invoice")
        .with_request("GET", "/invoices")
        .with_query_parameters({"customer": "cus_kranich", "status": "finalised"})
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed({"data": [row]}), JSON_TYPE)
        .set_key("crm-list-invoices")
    )
    with pact.serve() as url:
        rows = get(url, "/invoices", customer="cus_kranich", status="finalised")["data"]
    assert sum(row["open"] for row in rows) == 142_800


def test_a_switched_plan_is_shown_at_its_account(pact_between):
    pact = pact_between(ME, "entitlement-events")
    data = {"id": "en_D1", "version": 1, "customer_id": "cus_kranich", "sku": "PRO-ANNUAL", "status": "on"}
    body = event("example.aster.entitlement.changed.v1", "/entitlements", data)
    words = "a switched plan of an account"
    declare_event(pact, words, state="the plan of sub_D1 was switched on", key="crm-entitlement", body=body)
    shown = {}
    pact.verify(lambda body, _: shown.update({(body["data"]["customer_id"], body["data"]["sku"]): body["data"]}))
    assert shown["cus_kranich", "PRO-ANNUAL"]["status"] == "on"
