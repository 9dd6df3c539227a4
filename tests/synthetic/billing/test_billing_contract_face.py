"""The landscape's own contract over the core: every answer satisfies the contract, every refusal is a problem."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from harness.documents import FolderTree, Library
from harness.schema.validation import Validator
from synthetic.clock import VirtualClock, run
from synthetic.sandboxes.billing import BillingCore, BillingError
from synthetic.sandboxes.billing.contract_app import create_contract_app
from synthetic.sandboxes.billing.examples import establish

ROOT = Path(__file__).parents[3]
CONTRACT = "contracts/apis/billing-invoices/2.3.0/openapi.yaml"
COMMON = "contracts/apis/common/1.1.0/components.yaml"
KEY = {"Idempotency-Key": "key-of-this-test"}


@pytest.fixture(scope="module")
def schemas():
    library = Library(FolderTree(ROOT))
    own = library.load(CONTRACT).value["components"]["schemas"]
    shared = library.load(COMMON).value["components"]["schemas"]
    return own | shared


def _local(value):
    """Let references into the shared parts point into this one document."""
    if isinstance(value, dict):
        return {
            key: f"#/$defs/{str(each).rsplit('/', maxsplit=1)[-1]}" if key == "$ref" else _local(each)
            for key, each in value.items()
        }
    return [_local(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def complaint(schemas):
    """Say what is wrong with a body, by the name of its schema."""
    validators = {
        name: Validator(_local({"$defs": schemas, "$ref": f"#/$defs/{name}"}))
        for name in ("Invoice", "InvoicePage", "Problem")
    }
    return lambda name, body: validators[name].error(body)


@pytest.fixture
def billing():
    core = BillingCore(VirtualClock(datetime(2027, 1, 1, 0, 2, 11, tzinfo=UTC)))
    yield core
    core.close()


@pytest.fixture
def ask(billing, complaint):
    """Send a request in process; the answer is held to the contract."""
    app = create_contract_app(billing)

    def asked(method, path, **more):
        async def main():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://billing") as client:
                return await client.request(method, path, **more)

        answer = run(main())
        name = "Problem" if answer.status_code >= 400 else "InvoicePage" if _is_list(method, path) else "Invoice"
        assert complaint(name, answer.json()) is None, complaint(name, answer.json())
        kind = "problem+json" if name == "Problem" else "json"
        assert answer.headers["content-type"] == f"application/{kind}"
        return answer

    return asked


def _is_list(method, path):
    return method == "GET" and path.partition("?")[0] == "/invoices"


def test_the_finalised_example_reads_as_the_contract_shows_it(billing, ask):
    establish(billing, "invoice in_D1 of DE-01 is finalised")
    invoice = ask("GET", "/invoices/in_D1").json()
    shown = Library(FolderTree(ROOT)).load(CONTRACT).value["components"]["examples"]["InvoiceD1"]["value"]
    same = ("number", "customer", "contract_id", "subscription_id", "currency", "payment_terms", "status", "subtotal")
    same += ("tax_amount", "total", "tax_code", "tax_breakdown", "open", "document_date", "tax_period", "finalised_at")
    assert {name: invoice[name] for name in same} == {name: shown[name] for name in same}
    line, shown_line = invoice["lines"][0], shown["lines"][0]
    assert {name: line[name] for name in shown_line if name not in ("id", "description")} == {
        name: shown_line[name] for name in shown_line if name not in ("id", "description")
    }


def test_a_paid_invoice_has_nothing_open(billing, ask):
    establish(billing, "invoice in_D1 of DE-01 is paid")
    invoice = ask("GET", "/invoices/in_D1").json()
    assert (invoice["status"], invoice["open"], invoice["cash_applied"]) == ("paid", 0, 142800)
    assert ask("GET", "/invoices?status=paid").json()["data"][0]["id"] == "in_D1"
    assert ask("GET", "/invoices?status=finalised").json()["data"] == []


def test_a_void_keeps_its_number_and_is_done_once(billing, ask):
    establish(billing, "invoice in_D7 is finalised and unpaid")
    first = ask("POST", "/invoices/in_D7/void", json={"reason": "wrong selling entity"}, headers=KEY).json()
    again = ask("POST", "/invoices/in_D7/void", json={"reason": "wrong selling entity"}, headers=KEY).json()
    assert first == again
    assert (first["status"], first["number"], first["void_reason"]) == (
        "void",
        "DE-2027-000007",
        "wrong selling entity",
    )
    other = ask("POST", "/invoices/in_D7/void", json={"reason": "another reason"}, headers=KEY)
    assert other.status_code == 409


def test_a_draft_is_made_priced_taxed_and_finalised(billing, ask):
    establish(billing, "invoice in_D7 is finalised and unpaid")
    line = {"sku": "ONBOARDING", "quantity": "1", "unit_price": "33.35"}
    line |= {"service_start": "2027-01-04", "service_end": "2027-01-05"}
    body = {"customer": "cus_adler", "legal_entity": "DE-01", "currency": "EUR", "payment_terms": "NET30"}
    body |= {"lines": [line | {"description": f"Workshop, part {part}"} for part in (1, 2, 3)]}
    draft = ask("POST", "/invoices", json=body, headers=KEY)
    assert draft.status_code == 201
    made = draft.json()
    assert (made["status"], made["number"], made["document_date"]) == ("draft", None, None)
    assert [each["tax"] for each in made["lines"]] == [634, 633, 634]
    assert (made["tax_amount"], made["total"], made["service_end"]) == (1901, 11906, "2027-01-05")
    done = ask(
        "POST",
        f"/invoices/{made['id']}/finalise",
        json={"document_date": "2027-01-04"},
        headers={"Idempotency-Key": "finalise-1"},
    ).json()
    assert (done["number"], done["document_date"], done["tax_period"]) == ("DE-2027-000008", "2027-01-04", "2027-01")


def test_pages_follow_a_cursor_and_filters_hold(billing, ask):
    establish(billing, "invoice in_D1 of DE-01 is finalised")
    establish(billing, "invoice in_D7 is finalised and unpaid")
    first = ask("GET", "/invoices?limit=1").json()
    second = ask("GET", f"/invoices?limit=1&cursor={first['next_cursor']}").json()
    assert [page["data"][0]["id"] for page in (first, second)] == ["in_D7", "in_D1"]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)
    assert ask("GET", "/invoices?customer=cus_kranich").json()["data"][0]["id"] == "in_D1"
    assert len(ask("GET", "/invoices?finalised_from=2027-01-01T00:00:00Z&posted=false").json()["data"]) == 2
    assert ask("GET", "/invoices?finalised_before=2027-01-01T00:00:00Z").json()["data"] == []
    assert ask("GET", "/invoices?posted=true").json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/invoices/in_none", {}, 404),
        ("GET", "/invoices?limit=500", {}, 400),
        ("GET", "/invoices?cursor=x", {}, 400),
        ("GET", "/invoices?finalised_from=soon", {}, 400),
        ("POST", "/invoices", {"json": {}}, 400),
        ("POST", "/invoices", {"json": {}, "headers": KEY}, 400),
        ("POST", "/invoices", {"content": b"{", "headers": KEY}, 400),
        ("POST", "/invoices", {"content": b"[]", "headers": KEY}, 400),
        ("POST", "/invoices/in_none/void", {"json": {"reason": "because"}, "headers": KEY}, 404),
        ("POST", "/invoices/in_D1/void", {"json": {"reason": "x"}, "headers": KEY}, 400),
        ("POST", "/invoices/in_D1/finalise", {"json": {"document_date": "2027-01-01"}, "headers": KEY}, 409),
    ],
)
def test_a_refusal_is_a_problem(billing, ask, method, path, more, status):
    establish(billing, "invoice in_D1 of DE-01 is finalised")
    answer = ask(method, path, **more)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_token_is_asked_for_where_one_is_set(billing):
    app = create_contract_app(billing, token="right")  # noqa: S106  (a test's own)

    async def main(headers):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://billing", headers=headers) as client:
            return (await client.get("/invoices")).status_code

    assert run(main({})) == 401
    assert run(main({"Authorization": "Bearer right"})) == 200


def test_an_unknown_state_is_refused_by_name(billing):
    with pytest.raises(BillingError, match="No such state: 'the moon is full'"):
        establish(billing, "the moon is full")
