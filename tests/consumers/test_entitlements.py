"""What entitlements read before they switch a plan on or off."""

from __future__ import annotations

from declared import JSON_TYPE, declare_event, event, get, typed

ME = "entitlements"


def test_a_plan_is_on_while_its_invoice_is_paid(pact_between):
    pact = pact_between(ME, "billing-invoices")
    invoice = {"id": "in_D1", "customer": "cus_kranich", "subscription_id": "sub_D1", "payment_terms": "CARD"}
    invoice |= {"status": "paid", "paid_at": "2027-01-02T10:00:00Z"}
    (
        pact.upon_receiving("the state of the invoice that pays for a plan")
        .given("invoice in_D1 of DE-01 is paid")
        .with_request("GET", "/invoices/in_D1")
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed(invoice), JSON_TYPE)
        .set_key("entitlements-get-invoice")
    )
    with pact.serve() as url:
        found = get(url, "/invoices/in_D1")
    assert found["status"] == "paid" or found["payment_terms"] != "CARD"
    assert (found["customer"], found["subscription_id"]) == ("cus_kranich", "sub_D1")
    assert found["paid_at"]


def test_a_paid_invoice_opens_the_plan(pact_between):
    pact = pact_between(ME, "billing-events")
    data = {"id": "in_D1", "customer_id": "cus_kranich", "subscription_id": "sub_D1", "status": "paid"}
    data |= {"paid_at": "2027-01-02T10:00:00Z"}
    body = event("example.aster.invoice.paid.v2", "/billing", data)
    words = "a paid invoice that opens the plan"
    declare_event(pact, words, state="invoice in_D1 was paid", key="entitlements-invoice-paid", body=body)
    opened = []
    pact.verify(lambda body, _: opened.append((body["data"]["subscription_id"], body["data"]["paid_at"])))
    assert opened == [("sub_D1", "2027-01-02T10:00:00Z")]


def test_a_new_customer_gets_a_tenant(pact_between):
    pact = pact_between(ME, "crm-events")
    data = {"id": "cus_kranich", "version": 1, "legal_name": "Kranich Logistik GmbH", "legal_entity": "DE-01"}
    body = event("example.aster.customer.onboarded.v1", "/crm", data)
    words = "an onboarded customer who gets a tenant"
    declare_event(pact, words, state="cus_kranich was onboarded", key="entitlements-onboarded", body=body)
    tenants = {}
    pact.verify(lambda body, _: tenants.update({f"ten_{body['data']['id']}": body["data"]}))
    assert tenants["ten_cus_kranich"] == data
