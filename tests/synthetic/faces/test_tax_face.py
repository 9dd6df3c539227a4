"""The tax engine behind its contract: the contract's own examples, and what decides a code."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest
from conformity import ROOT, TOKEN, Checked
from starlette.applications import Starlette

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.sandboxes.faces import Contract, Face
from synthetic.sandboxes.faces.tax import TaxFace
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.ledger.master import Master

CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
CONTRACT = Contract(ROOT, "tax")
ASKED = CONTRACT.document["paths"]["/determinations"]["post"]
EXAMPLE = ASKED["requestBody"]["content"]["application/json"]["examples"]["E3.2"]["value"]
ANSWERS = ASKED["responses"]["200"]["content"]["application/json"]["examples"]


@pytest.fixture
def client():
    face = TaxFace(TaxEngine(Master(CATALOG)), lambda: datetime(2027, 1, 4, 9, tzinfo=UTC))
    kept = {}
    route = Face("tax", lambda: CONTRACT, face.answers(), TOKEN, lambda: kept).route()
    return Checked(Starlette(routes=[route]), "tax")


def sold(entity="DE-01", currency="EUR", country="DE", amounts=(50000,), **more):
    address = {"line1": "1 Way", "city": "Town", "country": country, **more.pop("address", {})}
    lines = [
        {"id": f"il_{number}", "sku": "ONBOARDING", "net": amount, "service_start": None}
        for number, amount in enumerate(amounts, 1)
    ]
    return {
        "legal_entity": entity,
        "customer_id": "cus_1",
        "document_date": "2027-01-04",
        "currency": currency,
        "price_mode": "exclusive",
        "ship_to": address,
        "buyer_kind": "business",
        "lines": lines,
        **more,
    }


def determined(client, body):
    return asyncio.run(client.ask("POST", "/determinations", body))


def without_id(answer):
    return {name: value for name, value in answer.items() if name != "determination_id"}


def test_the_example_of_the_contract_comes_out_to_the_minor_unit_and_the_same_again(client):
    first = determined(client, EXAMPLE).json()
    assert without_id(first) == without_id(ANSWERS["E3.2"]["value"])
    assert determined(client, EXAMPLE).json() == first


def test_reverse_charge_and_inclusive_prices_come_out_as_the_contract_shows(client):
    french = determined(client, sold(country="FR", buyer_tax_id="FR40303265045")).json()
    assert without_id(french) == without_id(ANSWERS["reverse_charge"]["value"])
    japanese = determined(
        client,
        sold("JP-01", "JPY", "JP", (1099, 1099, 1099), price_mode="inclusive", document_date="2027-04-01"),
    ).json()
    assert without_id(japanese) == without_id(ANSWERS["jp_inclusive"]["value"])


@pytest.mark.parametrize(
    ("body", "code", "tax"),
    [
        (sold(), "DE-S19", 9500),
        (sold(country="FR"), "DE-S19", 9500),
        (sold(country="FR", buyer_tax_id="FR1"), "DE-S19", 9500),
        (sold(country="CH"), "DE-OS", 0),
        (sold("US-01", "USD", "US", address={"region": "NY"}), "US-NY", 4438),
        (sold("US-01", "USD", "US", (3335, 3335, 3335), address={"region": "NY"}), "US-NY", 888),
        (sold("US-01", "USD", "US", address={"region": "CA"}), "US-CA0", 0),
        (sold("JP-01", "JPY", "JP", (999,)), "JP-S10", 99),
    ],
)
def test_entity_place_and_buyer_decide_the_code(client, body, code, tax):
    found = determined(client, body).json()
    assert (found["tax_breakdown"][0]["tax_code"], found["tax"]) == (code, tax)
    assert sum(line["tax"] for line in found["lines"]) == found["tax"]
    assert sum(line["net"] for line in found["lines"]) == found["net"] == found["total"] - found["tax"]


def test_an_amount_that_no_int64_holds_is_refused(client):
    assert determined(client, sold(amounts=(2**63 - 1,))).status_code == 422
    assert determined(client, sold(amounts=(2**63,))).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        sold(country="IT", buyer_kind="consumer"),
        sold("US-01", "USD", "US", address={"region": "TX"}),
        sold("US-01", "USD", "CA"),
        sold("JP-01", "JPY", "DE"),
        sold("XX-01"),
    ],
)
def test_a_sale_nobody_mapped_is_refused_and_never_taxed_at_a_guess(client, body):
    assert determined(client, body).status_code == 422


def test_a_french_consumer_is_taxed_under_the_code_of_the_one_stop_shop_as_the_contract_shows(client):
    body = sold(country="FR", buyer_kind="consumer", price_mode="inclusive", amounts=(12000,))
    answer = determined(client, body)
    assert answer.status_code == 200
    assert without_id(answer.json()) == without_id(ANSWERS["oss_consumer"]["value"])


def test_every_tax_code_of_the_catalog_fits_the_contract_and_the_canonical_documents():
    codes = [row.key[0] for one in CATALOG.mappings() if one.name == "tax-codes" for row in one.rows]
    pattern = CONTRACT.document["components"]["schemas"]["LineTax"]["properties"]["tax_code"]["pattern"]
    assert "DE-OSS-FR20" in codes
    assert [code for code in codes if not re.search(pattern, code)] == []
    for kind in ("invoice", "credit", "journal-entry"):
        text = (ROOT / f"contracts/canonical/{kind}/1.2.0.json").read_text("utf-8")
        assert pattern in text
        assert "{2,8}$" not in text


def test_a_certificate_counts_while_it_is_valid_and_only_where(client):
    certificate = {
        "certificate_id": "cert_1", "customer_id": "cus_1", "legal_entity": "US-01", "region": "NY",
        "tax_code": "US-EX", "valid_from": "2027-01-01", "valid_to": "2027-02-01", "status": "on_file",
    }  # fmt: skip
    body = sold("US-01", "USD", "US", address={"region": "NY"})

    async def story():
        ask = client.ask
        assert (await ask("PUT", "/certificates/cert_1", certificate)).json() == certificate
        assert (await ask("POST", "/determinations", body)).json()["tax_breakdown"][0]["tax_code"] == "US-EX"
        late = {**body, "document_date": "2027-02-01"}
        assert (await ask("POST", "/determinations", late)).json()["tax_breakdown"][0]["tax_code"] == "US-NY"
        assert (await ask("GET", "/certificates?valid_on=2027-02-01")).json()["data"] == []
        assert (await ask("GET", "/certificates?customer_id=cus_1")).json()["data"] == [certificate]
        other = {**certificate, "certificate_id": "cert_2"}
        assert (await ask("PUT", "/certificates/cert_1", other, key="another-key")).status_code == 422
        ended = {**certificate, "valid_to": "2026-01-01"}
        assert (await ask("PUT", "/certificates/cert_1", ended, key="a-third-key")).status_code == 422

    asyncio.run(story())


@pytest.mark.parametrize(("number", "status"), [("FR40303265045", "valid"), ("DE1", "invalid"), ("FR", "invalid")])
def test_a_tax_id_is_checked_by_its_shape(client, number, status):
    body = {"tax_id": number, "country": "FR", "requester_tax_id": "DE811907980"}
    answer = asyncio.run(client.ask("POST", "/tax-id-checks", body))
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert answer.json()["tax_id_status"] == status
