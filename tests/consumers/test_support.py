"""What agents of the support desk see; of billing itself the desk has no pact, as the landscape says."""

from __future__ import annotations

from declared import JSON_TYPE, declare_event, event, get, typed

ME = "support"
EXCEPTION = {
    "id": "ex_20270104_17",
    "category": "missing",
    "status": "open",
    "object_key": {"source_system": "billing", "object": "invoice", "object_id": "in_D1"},
    "legal_entity": "DE-01",
    "message": "Invoice DE-2027-000001 is finalised since 00:02 UTC and not posted in DE-01.",
    "owner": "team-integration",
}


def test_open_exceptions_are_shown_in_plain_words(pact_between):
    pact = pact_between(ME, "sync-admin")
    (
        pact.upon_receiving("open exceptions of a legal entity")
        .given("invoice in_D1 of DE-01 waits in the exception queue")
        .with_request("GET", "/exceptions")
        .with_query_parameters({"status": "open", "legal_entity": "DE-01"})
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed({"data": [EXCEPTION]}), JSON_TYPE)
        .set_key("support-list-exceptions")
    )
    with pact.serve() as url:
        rows = get(url, "/exceptions", status="open", legal_entity="DE-01")["data"]
    assert [f"{row['owner']}: {row['message']}" for row in rows] == [f"team-integration: {EXCEPTION['message']}"]


def test_an_agent_sees_whether_a_tenant_may_sign_in(pact_between):
    pact = pact_between(ME, "entitlements")
    access = {"tenant_id": "ten_kranich", "allowed": True, "status": "on", "sku": "PRO-ANNUAL"}
    (
        pact.upon_receiving("whether a tenant may use a plan")
        .given("tenant ten_kranich may use PRO-ANNUAL")
        .with_request("GET", "/tenants/ten_kranich/access")
        .with_query_parameter("sku", "PRO-ANNUAL")
        .with_header("Accept", JSON_TYPE)
        .will_respond_with(200)
        .with_body(typed(access), JSON_TYPE)
        .set_key("support-check-access")
    )
    with pact.serve() as url:
        assert get(url, "/tenants/ten_kranich/access", sku="PRO-ANNUAL")["allowed"] is True


def test_a_raised_exception_opens_a_ticket(pact_between):
    pact = pact_between(ME, "sync-events")
    data = {"id": "ex_20270104_17", "category": "missing", "legal_entity": "DE-01", "owner": "team-integration"}
    body = event("example.aster.exception.raised.v1", "/erp-connector", data)
    words = "a raised exception that opens a ticket"
    declare_event(pact, words, state="invoice in_D1 waits in the exception queue", key="support-raised", body=body)
    tickets = []
    pact.verify(lambda body, _: tickets.append((body["data"]["category"], body["data"]["owner"])))
    assert tickets == [("missing", "team-integration")]
