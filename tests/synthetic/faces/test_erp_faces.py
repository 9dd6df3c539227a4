"""The ledger behind its contracts: postings and periods, each answer held to the contract."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from conformity import ROOT, TOKEN, Checked
from starlette.applications import Starlette

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.probes import PROBES
from synthetic.sandboxes.faces import Contract, Face
from synthetic.sandboxes.faces.erp_periods import ErpPeriods
from synthetic.sandboxes.faces.erp_postings import ErpPostings
from synthetic.sandboxes.landscape import Landscape
from synthetic.sandboxes.ledger import Ledger
from synthetic.transaction import Categories, run_probe

CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
EXAMPLES = Contract(ROOT, "erp-postings").document["paths"]["/postings"]["post"]["requestBody"]["content"][
    "application/json"
]["examples"]


def serve(ledger):
    kept = {}
    faces = {"erp-postings": ErpPostings(ledger), "erp-periods": ErpPeriods(ledger, CATALOG)}
    routes = [
        Face(name, lambda name=name: Contract(ROOT, name), face.answers(), TOKEN, lambda: kept).route()
        for name, face in faces.items()
    ]
    app = Starlette(routes=routes)
    return {name: Checked(app, name) for name in faces}


@pytest.fixture
def ledger():
    return Ledger(CATALOG, lambda: datetime(2027, 2, 4, 12, tzinfo=UTC))


@pytest.fixture
def clients(ledger):
    return serve(ledger)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_examples_of_the_contract_are_posted_read_and_reversed(clients, name):
    ask = clients["erp-postings"].ask

    async def story():
        body = EXAMPLES[name]["value"]
        posted = await ask("POST", "/postings", body)
        assert posted.status_code == 201
        found = posted.json()
        assert [(line["account"], line["side"], line["amount"]) for line in found["lines"]] == [
            (line["account"], line["side"], line["amount"]) for line in body["lines"]
        ]
        assert (await ask("POST", "/postings", body)).json() == found
        same = await ask("POST", "/postings", body, key="another-key")
        assert (same.status_code, same.json()["id"]) == (201, found["id"])
        changed = {**body, "lines": [{**line, "amount": line["amount"] * 2} for line in body["lines"]]}
        assert (await ask("POST", "/postings", changed, key="a-third-key")).status_code == 409
        assert (await ask("GET", f"/postings/{found['id']}")).json() == found
        undoing = {"posting_date": "2027-02-04", "reason": "posted wrongly", "requested_by": "ada"}
        undone = (await ask("POST", f"/postings/{found['id']}/reversal", undoing, key="reversal")).json()
        assert undone["reverses"] == found["id"]
        assert {(line["account"], line["side"]) for line in undone["lines"]} == {
            (line["account"], {"debit": "credit", "credit": "debit"}[line["side"]]) for line in found["lines"]
        }
        again = await ask("POST", f"/postings/{found['id']}/reversal", undoing, key="reversal-2")
        assert again.status_code == 409
        rows = (await ask("GET", f"/postings?object_id={body['posting_key']['object_id']}")).json()["data"]
        assert [(row["status"], row["reversed_by"]) for row in rows] == [("reversed", undone["id"]), ("posted", None)]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"legal_entity": "US-01"}, 422),
        ({"ledger": "XX-01"}, 422),
        ({"currency": "CHF"}, 422),
        ({"lines": []}, 400),
        ({"posting_date": "yesterday"}, 400),
        ({"source_version": 0}, 400),
        ({"lines": [{**line, "amount": 10**16} for line in EXAMPLES["E3.1"]["value"]["lines"]]}, 422),
    ],
)
def test_what_the_ledger_does_not_take_is_refused_with_a_status_of_the_contract(clients, change, status):
    body = {**EXAMPLES["E3.1"]["value"], **change}
    assert asyncio.run(clients["erp-postings"].ask("POST", "/postings", body)).status_code == status


@pytest.mark.parametrize("period", ["0000-01", "0001-01", "9999-12"])
def test_a_period_at_the_end_of_the_calendar_is_not_found(clients, period):
    for suffix in ("", "/trial-balance", "/deferred-roll-forward"):
        answer = asyncio.run(clients["erp-periods"].ask("GET", f"/ledgers/DE-01/periods/{period}{suffix}"))
        assert answer.status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused(clients, day):
    body = {**EXAMPLES["E3.1"]["value"], "currency": "USD", "posting_date": day, "document_date": day}
    assert asyncio.run(clients["erp-postings"].ask("POST", "/postings", body)).status_code == 422


def test_an_unbalanced_posting_is_refused(clients):
    body = EXAMPLES["E3.1"]["value"]
    lines = [{**body["lines"][0], "amount": 1}, *body["lines"][1:]]
    answer = asyncio.run(clients["erp-postings"].ask("POST", "/postings", {**body, "lines": lines}))
    assert (answer.status_code, "unbalanced" in answer.json()["detail"]) == (422, True)


def test_a_period_is_closed_on_what_was_signed_locked_and_reopened_by_two(clients):
    async def story():
        ask = clients["erp-periods"].ask
        await clients["erp-postings"].ask("POST", "/postings", EXAMPLES["E3.1"]["value"])
        place = "/ledgers/DE-01/periods/2027-01"
        before = (await ask("GET", place)).json()
        assert (before["status"], before["ends_on"]) == ("open", "2027-02-01")
        closing = {"kind": "soft", "approved_by": "ada", "inputs_hash": before["inputs_hash"]}
        assert (await ask("POST", f"{place}/close", closing, key="close-soft")).json()["status"] == "soft_closed"
        await clients["erp-postings"].ask("POST", "/postings", _other("in_2"), key="second-one")
        found = (await clients["erp-postings"].ask("GET", "/postings?object_id=in_2")).json()["data"]
        assert [(row["posting_period"], row["late_document"]) for row in found] == [("2027-02", True)]
        hard = {**closing, "kind": "hard", "inputs_hash": "0" * 64}
        assert (await ask("POST", f"{place}/close", hard, key="close-hard")).status_code == 409
        hard["inputs_hash"] = (await ask("GET", place)).json()["inputs_hash"]
        assert (await ask("POST", f"{place}/close", hard, key="close-hard-2")).json()["locked_at"]
        opening = {"reason": "late invoice", "requested_by": "ada", "approved_by": "ada"}
        assert (await ask("POST", f"{place}/reopen", opening, key="reopen-1")).status_code == 422
        opening["approved_by"] = "bo"
        assert (await ask("POST", f"{place}/reopen", opening, key="reopen-2")).json()["status"] == "reopened"
        assert (await ask("POST", f"{place}/reopen", opening, key="reopen-3")).status_code == 409
        assert (await ask("GET", "/ledgers/XX-01/periods/2027-01")).status_code == 404
        assert [row["period"] for row in (await ask("GET", "/ledgers/DE-01/periods")).json()["data"]] == [
            "2027-02",
            "2027-01",
        ]

    asyncio.run(story())


def _other(name):
    body = EXAMPLES["E3.1"]["value"]
    return {**body, "posting_key": {**body["posting_key"], "object_id": name}}


def test_rates_come_from_the_table_and_are_never_changed(clients):
    async def story():
        ask = clients["erp-periods"].ask
        rows = (await ask("GET", "/fx-rates?base=USD&quote=EUR&from=2027-01-31")).json()["data"]
        assert [row["rate"] for row in rows] == ["0.93", "0.94"]
        assert (await ask("PUT", "/fx-rates", rows[0])).json() == rows[0]
        assert (await ask("PUT", "/fx-rates", {**rows[0], "rate": "0.5"}, key="change-it")).status_code == 409
        assert (await ask("PUT", "/fx-rates", {**rows[0], "base": "CHF"}, key="add-one-rate")).status_code == 422

    asyncio.run(story())


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_whatever_business_leaves_in_the_books_is_shown_as_the_contracts_say(probe):
    clock = VirtualClock(datetime(2027, 1, 4, 9, tzinfo=UTC))
    landscape = Landscape(CATALOG, clock)
    categories = Categories(CATALOG.categories())
    asyncio.run(run_probe(probe, landscape.ports, landscape.boundary, clock, categories=categories))
    clients = serve(landscape.ledger)

    async def story():
        rows, cursor = [], ""
        while True:
            found = (await clients["erp-postings"].ask("GET", f"/postings?limit=5{cursor}")).json()
            rows += found["data"]
            if not found["has_more"]:
                break
            cursor = f"&cursor={found['next_cursor']}"
        assert len(rows) == landscape.ledger.books.storage.count()
        for ledger in sorted({row["ledger"] for row in rows}):
            place = f"/ledgers/{ledger}/periods/2029-12"
            balance = (await clients["erp-periods"].ask("GET", f"{place}/trial-balance")).json()
            assert sum(row["balance"] for row in balance["rows"]) == 0
            moved = (await clients["erp-periods"].ask("GET", f"{place}/deferred-roll-forward")).json()["data"]
            for row in moved:
                assert row["opening"] + row["billed"] - row["recognised"] - row["credited"] == row["closing"]
            left = sum(one.remaining for one in landscape.ledger.books.storage.deferrals(ledger=ledger))
            assert sum(row["closing"] for row in moved) == left

    asyncio.run(story())
