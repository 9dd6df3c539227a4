"""The adapters over HTTP, held to the same checks as those in one process."""

from __future__ import annotations

import pytest

from synthetic.deeds import Call
from synthetic.deeds.calls import Kind
from synthetic.environments import open_environment
from synthetic.environments.conformance import CHECKS, Subject
from synthetic.systems.remote import RemotePort

pytestmark = pytest.mark.integration


def deed(port, operation, **request):
    return Call(port, operation, request, Kind.DEED, "key-of-this-check")


CUSTOMER = {"id": "cus_1", "legal_entity": "DE-01", "legal_name": "K", "currency": "EUR", "payment_terms": "CARD"}
BAD = {"id": "pay_1", "legal_entity": "DE-01", "currency": "EUR", "amount": -1, "value_date": "2027-01-04"}
CERTIFICATE = {"certificate_id": "crt_1", "customer_id": "cus_1", "legal_entity": "US-01", "region": "NY"}
CERTIFICATE |= {"tax_code": "US-EX", "valid_from": "2027-01-01", "valid_to": None, "status": "on_file"}
CALLS = {
    "tax": (
        deed("tax", "file_certificate", certificate=CERTIFICATE),
        Call("tax", "certificate_of", {"customer": "cus_1", "day": "2027-01-04"}),
        Call("tax", "certificate_of", {"customer": "none", "day": "2027-01-04"}),
        deed("tax", "file_certificate", certificate={**CERTIFICATE, "valid_to": "2026-01-01"}),
    ),
    "erp": (
        deed("erp", "register_party", customer=CUSTOMER),
        Call("erp", "party_of", {"customer": "cus_1", "entity": "DE-01"}),
        Call("erp", "posting_of", {"invoice": "in_none"}),
        deed("erp", "apply_payment", payment=BAD),
    ),
    "crm": (
        deed("crm", "accept_account", account="a", name="A", country="DE"),
        Call("crm", "account_of", {"account": "a"}),
        Call("crm", "account_of", {"account": "none"}),
        deed("crm", "accept_account", account="b", name="B", country="QQ"),
    ),
    "billing": (
        deed("billing", "onboard", account="a", name="A", entity="DE-01", currency="EUR"),
        Call("billing", "customer_of", {"account": "a"}),
        Call("billing", "customer_of", {"account": "none"}),
        deed("billing", "pay", invoice="in_none"),
    ),
    "entitlements": (
        deed("entitlements", "register_tenant", customer=CUSTOMER),
        Call("entitlements", "tenant_of", {"customer": "cus_1"}),
        Call("entitlements", "tenant_of", {"customer": "none"}),
        None,
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("port", sorted(CALLS))
def test_an_adapter_over_http_passes(shared_sandbox, reference, port, check):
    place = open_environment("sandbox", reference, sandbox=shared_sandbox.folder)
    try:
        first, seen, unknown, refused = CALLS[port]
        silent = RemotePort(port, "http://127.0.0.1:9")
        check(Subject(port, place.adapters[port], first, lambda _: seen, unknown, refused, silent))
    finally:
        place.close()
