"""Open items, collections and legacy postings over one ledger, each answer held to its contract."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from conformity import ROOT, TOKEN, Checked
from starlette.applications import Starlette

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.sandboxes.faces import Contract, Face
from synthetic.sandboxes.faces.erp_collections import ErpCollections
from synthetic.sandboxes.faces.erp_legacy_postings import ErpLegacyPostings
from synthetic.sandboxes.faces.erp_open_items import ErpOpenItems
from synthetic.sandboxes.faces.erp_postings import ErpPostings
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.port import LedgerPort

CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
TIME = {"now": datetime(2027, 2, 8, 20, tzinfo=UTC)}


def invoice(name, customer="cus_hudson", *, net=120000, tax=10650, day="2027-01-15", end="2028-01-15"):
    line = {"id": f"il_{name}", "sku": "PRO-ANNUAL", "quantity": "1", "net": net, "tax": tax, "tax_code": "US-NY"}
    line |= {"tax_rate": "8.875", "revenue_class": "SUB-RATABLE", "service_start": day, "service_end": end}
    return {
        "id": f"in_{name}",
        "version": 2,
        "number": f"US-2027-{name}",
        "source_system": "billing",
        "customer_id": customer,
        "legal_entity": "US-01",
        "currency": "USD",
        "payment_terms": "NET30",
        "document_date": day,
        "tax_period": day[:7],
        "net": net,
        "tax": tax,
        "total": net + tax,
        "lines": [line],
    }


def receipt(name, amount, invoice_id="", day="2027-02-08"):
    return {
        "id": name,
        "source_system": "erp",
        "method": "bank_transfer",
        "legal_entity": "US-01",
        "currency": "USD",
        "amount": amount,
        "value_date": day,
        "customer_id": "cus_hudson",
        "invoice_id": invoice_id,
    }


@pytest.fixture
def ledger():
    TIME["now"] = datetime(2027, 2, 8, 20, tzinfo=UTC)
    found = Ledger(CATALOG, lambda: TIME["now"])
    for name in ("U2", "U9"):
        found.sales.post_invoice(invoice(name))
    party = {"legal_entity": "US-01", "legal_name": "Hudson", "currency": "USD", "payment_terms": "NET30"}
    found.sales.register_party({"id": "cus_hudson", **party})
    return found


@pytest.fixture
def clients(ledger):
    kept, proposals = {}, {}
    faces = {
        "erp-open-items": ErpOpenItems(ledger),
        "erp-collections": ErpCollections(ledger, proposals),
        "erp-postings": ErpPostings(ledger),
        "erp-legacy-postings": ErpLegacyPostings(ledger),
    }
    routes = [
        Face(name, lambda name=name: Contract(ROOT, name), face.answers(), TOKEN, lambda: kept).route()
        for name, face in faces.items()
    ]
    app = Starlette(routes=routes)
    return {name: Checked(app, name) for name in faces}


def balances(ledger):
    return ledger.books.storage.balances("US-01")


def test_a_misapplied_receipt_is_undone_and_applied_where_it_belongs_and_no_balance_of_the_ledger_moves(
    ledger, clients
):
    port = LedgerPort(ledger)
    port.receive_transfer(receipt("br_1", 100000, "in_U2", "2027-02-01"))
    port.receive_transfer(receipt("br_2", 35000, "in_U2"))
    ask = clients["erp-open-items"].ask
    before, postings = balances(ledger), ledger.books.storage.count()

    async def story():
        (row,) = (await ask("GET", "/bank-receipts?unapplied_only=true")).json()["data"]
        (done,) = row["applications"]
        assert (row["unapplied"], done["amount"], done["open_item_id"]) == (4350, 30650, "oi_U2")
        (credit,) = (await ask("GET", "/customers/cus_hudson/credits")).json()["data"]
        assert (credit["unapplied"], credit["oldest_value_date"]) == (4350, "2027-02-08")

        place = f"/applications/{done['application_id']}/reversal"
        undoing = {"reason": "Customer meant U9", "requested_by": "ar.team"}
        undone = (await ask("POST", place, undoing, key="undo-it-1")).json()
        assert (undone["unapplied"], undone["status"]) == (35000, "received")
        assert (await ask("POST", place, undoing, key="undo-it-1")).json() == undone
        assert (await ask("POST", place, undoing, key="undo-it-2")).status_code == 409
        item = (await ask("GET", "/open-items/oi_U2")).json()
        assert (item["open"], item["cash_applied"], item["status"]) == (30650, 100000, "partly_paid")
        assert ledger.books.storage.count() == postings + 1

        apply = "/bank-receipts/br_2/applications"
        for body, status in (
            ({"open_item_id": "oi_U9", "amount": 35001}, 422),
            ({"open_item_id": "oi_none", "amount": 1}, 422),
            ({"open_item_id": "oi_U9", "amount": 0}, 422),
        ):
            assert (await ask("POST", apply, body, key=f"refused-{body}")).status_code == status
        applied = (await ask("POST", apply, {"open_item_id": "oi_U9", "amount": 35000})).json()
        assert (applied["unapplied"], applied["status"]) == (0, "applied")
        assert [one.get("reversed_at") is None for one in applied["applications"]] == [False, True]
        assert (await ask("GET", "/open-items/oi_U9")).json()["open"] == 130650 - 35000
        exposure = await ask("GET", "/customers/cus_hudson/exposure?legal_entity=US-01&currency=USD")
        assert exposure.json()["open"] == 30650 + 130650 - 35000
        # the second application is undone as well: what it took from the credit goes back there
        again = f"/applications/{applied['applications'][1]['application_id']}/reversal"
        assert (await ask("POST", again, undoing, key="undo-it-3")).json()["unapplied"] == 35000

    asyncio.run(story())
    rows = asyncio.run(clients["erp-postings"].ask("GET", "/postings?limit=200")).json()["data"]
    assert [row["posting_key"]["posting_kind"] for row in rows[-3:]] == ["reversal", "application", "reversal"]
    told = [one for one in port.facts_of()["facts"] if one["kind"].startswith("payment.")]
    assert [(one["kind"], one["data"]["open_item_id"]) for one in told[-3:]] == [
        ("payment.unapplied", "oi_U2"),
        ("payment.applied", "oi_U9"),
        ("payment.unapplied", "oi_U9"),
    ]
    after = balances(ledger)
    assert sum(after.values()) == 0
    # 30650 went from the receivable to the credit; the sum of both, and the bank, are as they were
    assert (after["1100"], after["2100"]) == (before["1100"] + 30650, before["2100"] - 30650)
    assert after["1000"] == before["1000"]
    assert after["1100"] == sum(one.open for one in ledger.books.storage.open_items("US-01"))


def test_billing_hears_of_a_receipt_that_was_applied_by_hand(ledger, clients):
    port = LedgerPort(ledger)
    port.receive_transfer(receipt("br_1", 130650))
    asyncio.run(
        clients["erp-open-items"].ask(
            "POST", "/bank-receipts/br_1/applications", {"open_item_id": "oi_U2", "amount": 130650}
        )
    )
    told = [one["payment"] for one in port.receipts_of()["receipts"]]
    assert [one["invoice_id"] for one in told] == ["", "in_U2"]


def test_realised_gain_of_a_foreign_receipt_goes_back_with_its_application(ledger, clients):
    d2 = invoice("D2", "cus_alpstein", net=100000, tax=0, day="2027-01-04", end="2028-01-04")
    d2 |= {"legal_entity": "DE-01"}
    d2["lines"][0] |= {"tax_code": "DE-OS", "tax_rate": "0"}
    ledger.sales.post_invoice(d2)
    paid = receipt("br_d2", 100000, "in_D2", "2027-02-10") | {"legal_entity": "DE-01", "customer_id": "cus_alpstein"}
    TIME["now"] = datetime(2027, 2, 10, 20, tzinfo=UTC)
    LedgerPort(ledger).receive_transfer(paid)
    assert ledger.books.storage.balances("DE-01")["7100"] == -2000
    row = asyncio.run(clients["erp-open-items"].ask("GET", "/bank-receipts?legal_entity=DE-01")).json()["data"][0]
    place = f"/applications/{row['applications'][0]['application_id']}/reversal"
    undoing = {"reason": "wrong one", "requested_by": "ar.team"}
    assert asyncio.run(clients["erp-open-items"].ask("POST", place, undoing)).status_code == 200
    found = ledger.books.storage.balances("DE-01")
    assert (found["7100"], found["1100"], found["2100"]) == (0, 92000, -94000)


def test_parties_are_merged_once_with_their_items_and_balances(ledger, clients):
    ask = clients["erp-open-items"].ask
    words = {"legal_entity": "US-01", "legal_name": "Hudson again", "currency": "USD", "payment_terms": "NET30"}
    ledger.sales.register_party({"id": "cus_hudson2", **words})
    ledger.sales.post_invoice(invoice("U8", "cus_hudson2"))
    LedgerPort(ledger).receive_transfer(receipt("br_8", 50000) | {"customer_id": "cus_hudson2"})
    before = balances(ledger)

    async def story():
        ids = {
            row["customer_id"]: row["party_id"]
            for row in (await ask("GET", "/parties?legal_entity=US-01")).json()["data"]
        }
        body = {"survivor": ids["cus_hudson"], "reason": "Same tax id", "requested_by": "ar.team"}
        place = f"/parties/{ids['cus_hudson2']}/merge"
        lost = (await ask("POST", place, body)).json()
        assert (lost["status"], lost["merged_into"]) == ("merged", ids["cus_hudson"])
        assert (await ask("POST", place, body, key="once-more")).status_code == 409
        assert (await ask("POST", f"/parties/{ids['cus_hudson']}/merge", body, key="itself-1")).status_code == 422
        assert (await ask("GET", "/open-items/oi_U8")).json()["customer_id"] == "cus_hudson"

    asyncio.run(story())
    assert balances(ledger) == before
    storage = ledger.books.storage
    assert storage.credit_of("US-01", "cus_hudson2", "2100") == storage.credit_of("US-01", "cus_hudson2", "1100") == 0
    assert storage.credit_of("US-01", "cus_hudson", "2100") == -50000


def test_as_of_a_day_the_sum_of_open_items_is_what_it_was(ledger, clients):
    LedgerPort(ledger).receive_transfer(receipt("br_1", 100000, "in_U2", "2027-02-01"))
    rows = asyncio.run(clients["erp-open-items"].ask("GET", "/open-items?ledger=US-01&as_of=2027-01-31")).json()
    assert (sum(row["open"] for row in rows["data"]), rows["total_items"]) == (261300, 2)
    january = sum(ledger.books.storage.balances("US-01", "2027-01")[one] for one in ("1100",))
    assert january == 261300


def test_dunning_goes_up_by_one_and_back_only_when_paid(ledger, clients):
    ask = clients["erp-collections"].ask
    TIME["now"] = datetime(2027, 2, 15, 20, tzinfo=UTC)

    async def story():
        place = "/open-items/oi_U2/dunning"
        assert (await ask("POST", place, {"dunning_level": 2}, key="too-high-1")).status_code == 422
        first = (await ask("POST", place, {"dunning_level": 1, "note": "First letter"}, key="first-one")).json()
        assert (first["dunning_level"], first["dunning_status"]) == (1, "in_progress")
        assert first["last_dunned_at"] == "2027-02-15T20:00:00Z"
        ledger.cash.promise("in_U2", "US-01", datetime(2027, 3, 1, tzinfo=UTC).date())
        rows = (await ask("GET", "/dunning?level=1")).json()["data"]
        assert [(row["open_item_id"], row["dunning_status"], row["promised_date"]) for row in rows] == [
            ("oi_U2", "stopped", "2027-03-01")
        ]
        TIME["now"] = datetime(2027, 2, 28, 20, tzinfo=UTC)
        raised = ledger.cash.dun("US-01", TIME["now"].date())
        assert [one.invoice_id for one in raised] == ["in_U9"]
        LedgerPort(ledger).receive_transfer(receipt("br_1", 130650, "in_U2"))
        assert (await ask("POST", place, {"dunning_level": 1}, key="not-any-more")).status_code == 422
        assert (await ask("POST", "/open-items/oi_none/dunning", {"dunning_level": 1})).status_code == 404

    asyncio.run(story())


def test_a_write_off_waits_for_what_is_unearned_and_for_a_second_person(ledger, clients):
    ask = clients["erp-collections"].ask
    u3 = invoice("U3", day="2027-01-15")
    ledger.sales.post_invoice(u3)
    TIME["now"] = datetime(2027, 4, 15, 20, tzinfo=UTC)
    asked = {"open_item_id": "oi_U3", "reason": "90 days past due", "requested_by": "ar.team"}

    async def story():
        assert (await ask("POST", "/write-offs", asked, key="too-early")).status_code == 422
        credit = {"invoice_line_id": "il_U3", "net": 110137, "unearned_net": 110137, "tax": 9775, "tax_code": "US-NY"}
        note = {"id": "cn_U3", "invoice_id": "in_U3", "legal_entity": "US-01", "currency": "USD", "total": 119912}
        note |= {"document_date": "2027-02-14", "customer_id": "cus_hudson", "lines": [credit]}
        ledger.sales.post_credit(note)
        proposed = (await ask("POST", "/write-offs", asked, key="in-time-1")).json()
        assert (proposed["amount"], proposed["tax_relief"], proposed["status"]) == (10738, 875, "proposed")
        assert (await ask("POST", "/write-offs", asked, key="in-time-2")).status_code == 409
        place = f"/write-offs/{proposed['proposal_id']}/decision"
        own = {"decision": "approve", "approved_by": "ar.team"}
        assert (await ask("POST", place, own, key="by-himself")).status_code == 422
        posted = (await ask("POST", place, own | {"approved_by": "dana.ruiz"}, key="by-finance")).json()
        assert posted["status"] == "posted"
        assert (await ask("POST", place, own | {"approved_by": "bo.lind"}, key="once-again")).status_code == 409
        assert [one["status"] for one in (await ask("GET", "/write-offs?status=posted")).json()["data"]] == ["posted"]

    asyncio.run(story())
    (entry,) = [one for one in ledger.books.storage.postings("in_U3", "US-01") if one.key.kind == "write-off"]
    # E8.4 of the worked examples
    assert [(line.account, line.functional) for line in entry.lines] == [
        ("1190", 9863),
        ("2200", 875),
        ("1100", -10738),
    ]
    assert ledger.books.storage.open_item("in_U3", "US-01").open == 0


def test_legacy_postings_come_from_the_second_ledger_and_name_the_rule_of_a_difference(ledger, clients):
    ask = clients["erp-legacy-postings"].ask
    d1 = invoice("D1", "cus_kranich", net=120000, tax=22800, day="2027-01-01", end="2028-01-01")
    d1 |= {"legal_entity": "DE-01", "currency": "EUR", "payment_terms": "CARD"}
    d1["lines"][0] |= {"tax_code": "DE-S19", "tax_rate": "19"}
    for name in ("DE-01", "DE-01-L"):
        ledger.sales.post_invoice(d1, name)

    async def story():
        (row,) = (await ask("GET", "/postings?object_id=in_D1&buchungsperiode=2027-01")).json()["data"]
        # E11.1 of the worked examples
        assert [(line["konto"], line["soll_haben"], line["amount"]) for line in row["lines"]] == [
            ("1400", "S", 142800),
            ("0990", "H", 120000),
            ("1776", "H", 22800),
        ]
        assert (row["ledger"], row["explained_difference"]) == ("DE-01-L", "equal-months-v-daily")
        assert (await ask("GET", f"/postings/{row['id']}")).json() == row
        assert (await ask("GET", "/postings/je_JE_US_01_000001")).status_code == 404
        body = {
            **{name: row[name] for name in ("ledger", "legal_entity", "source_version", "text", "currency")},
            **{name: row[name] for name in ("belegdatum", "buchungsdatum", "steuerperiode")},
            "posting_key": row["posting_key"] | {"object_id": "in_D9"},
            "lines": [
                {name: line[name] for name in ("line_number", "konto", "soll_haben", "amount")} for line in row["lines"]
            ],
        }
        made = (await ask("POST", "/postings", body)).json()
        assert made["belegnummer"] == "JE-DE-01-L-000002"
        cloud = body | {"ledger": "DE-01", "posting_key": body["posting_key"] | {"ledger": "DE-01"}}
        assert (await ask("POST", "/postings", cloud, key="of-the-cloud")).status_code == 422

    asyncio.run(story())


@pytest.mark.parametrize("query", ["/open-items?colour=blue", "/open-items?limit=0", "/open-items?as_of=soon"])
def test_what_the_contract_has_no_word_for_is_refused(clients, query):
    answer = asyncio.run(clients["erp-open-items"].ask("GET", query))
    assert (answer.status_code, bool(answer.json()["errors"])) == (400, True)


def test_a_trace_that_cannot_be_read_is_no_reason_to_refuse(clients):
    headers = {"traceparent": "0", "tracestate": "x" * 600}
    assert asyncio.run(clients["erp-open-items"].ask("GET", "/parties", headers=headers)).status_code == 200
