"""The middleware: everything once, in order, nothing lost, and what is refused waits visibly."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.deeds import Attempt, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.sandboxes.landscape.adapters import ObjectPort
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.landscape.tax_desk import TaxDesk
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.sync import Sync, canonical

ROOT = Path(__file__).parents[3]
CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
DAY = int(datetime(2027, 1, 1, 9, tzinfo=UTC).timestamp())
YEAR = int(datetime(2027, 12, 31, 23, tzinfo=UTC).timestamp())
RATE = {"id": "txr_1", "percentage": 19.0, "inclusive": False, "metadata": {"tax_code": "DE-S19"}}


def invoice(name="in_1", sku="PRO-ANNUAL", **extra):
    return {
        "id": name,
        "object": "invoice",
        "number": "DE-2027-000001",
        "customer": "cus_1",
        "subscription": "sub_1",
        "currency": "eur",
        "collection_method": "charge_automatically",
        "created": DAY,
        "status_transitions": {"finalized_at": DAY},
        "metadata": {"legal_entity": "DE-01", "contract_id": "C-2026-0417"},
        "tax": 22800,
        "total": 142800,
        "default_tax_rates": [RATE],
        "total_tax_amounts": [{"amount": 22800, "inclusive": False, "tax_rate": "txr_1"}],
        "lines": {
            "data": [
                {
                    "id": "il_1",
                    "amount": 120000,
                    "quantity": 1,
                    "description": "Pro, annual",
                    "price": {"id": "price_1", "metadata": {"sku": sku}},
                    "period": {"start": DAY, "end": YEAR},
                    "proration": False,
                    "tax_amounts": [{"amount": 22800, "inclusive": False, "tax_rate": "txr_1"}],
                    "tax_rates": [],
                }
            ]
        },
    } | extra


def event(name, kind, found, created=DAY):
    return {"id": name, "type": kind, "created": created, "data": {"object": found}}


def customer(name="cus_1", **extra):
    return {
        "id": name,
        "object": "customer",
        "name": "Kranich Logistik GmbH",
        "created": DAY,
        "metadata": {"legal_entity": "DE-01"},
    } | extra


class Landscape:
    def __init__(self):
        self.time = datetime(2027, 1, 1, 10, tzinfo=UTC)
        self.ledger = Ledger(CATALOG, now=lambda: self.time)
        self.erp = LedgerPort(self.ledger)
        self.asked, self.down, self.account = [], set(), {}
        self.engine = TaxEngine(self.ledger.books.master)
        self.tax = ObjectPort("tax", TaxDesk(self.engine))
        self.sync = Sync(self.ledger.books.master, self.ask, now=lambda: self.time)
        self.sync.receive(event("evt_0", "customer.created", customer()))
        self.run(seconds=5)

    def ask(self, port, operation, request):
        self.asked.append((port, operation))
        if port in self.down:
            raise UnreachableError(port, "503")
        if port in {"erp", "tax"}:
            return getattr(self, port).call(Attempt(port, operation, request, Kind.DEED, "", self.time))
        return self.account if port == "crm" else {}

    def run(self, **duration):
        self.time += timedelta(**duration)
        return self.sync.run_due()

    def posted(self, name="in_1"):
        return self.erp.posting_of(name)


@pytest.fixture
def landscape():
    return Landscape()


def test_a_finalised_invoice_is_posted_in_both_ledgers_of_the_company_and_told_to_the_bus(landscape):
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    assert landscape.posted() == {"count": 0}
    landscape.run(seconds=5)
    found = landscape.posted()
    assert (found["count"], found["entity"], found["tax"], found["tax_code"]) == (1, "DE-01", 22800, "DE-S19")
    assert landscape.erp.posting_of("in_1", "DE-01-L")["accounts"] == "0990,1400,1776"
    assert [row[1] for row in landscape.sync.storage.outbox() if row[1].startswith("invoice")] == [
        "invoice.posted",
        "invoice.posted",
        "invoice.applied",
    ]


def test_the_canonical_invoice_is_valid_under_its_contract(landscape):
    schema = json.loads((ROOT / "contracts/canonical/invoice/1.1.0.json").read_text())
    document = canonical.invoice(invoice(), landscape.ledger.books.master, DAY)
    known = set(schema["properties"])
    errors = [
        str(error.message)
        for error in jsonschema_rs.validator_for(schema).iter_errors(
            {name: value for name, value in document.items() if name in known}
        )
    ]
    assert set(document) <= known
    assert errors == []


def test_the_same_event_twice_changes_nothing(landscape):
    assert landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    assert not landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    landscape.run(seconds=5)
    assert landscape.posted()["count"] == 1
    assert [effect for _, _, effect in landscape.sync.storage.deliveries("evt_1")] == ["new", "duplicate"]


def test_a_replay_under_a_new_event_id_posts_nothing_twice(landscape):
    for name in ("evt_1", "evt_2"):
        landscape.sync.receive(event(name, "invoice.finalized", invoice()))
    landscape.run(seconds=5)
    assert landscape.posted()["count"] == 1
    assert landscape.sync.storage.exceptions() == []


def test_a_lower_version_is_stored_and_never_applied(landscape):
    subscription = {"id": "sub_1", "customer": "cus_1", "status": "active", "items": {"data": []}}
    landscape.sync.receive(event("evt_2", "customer.subscription.updated", subscription, DAY + 60))
    landscape.run(seconds=5)
    asked = len(landscape.asked)
    landscape.sync.receive(event("evt_1", "customer.subscription.updated", subscription, DAY))
    landscape.run(seconds=5)
    assert len(landscape.asked) == asked
    assert landscape.sync.storage.deliveries("evt_1")[-1][2] == "stale"


def test_an_unmapped_sku_waits_in_the_queue_and_nothing_behind_it_is_posted(landscape):
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice(sku="UNKNOWN")))
    landscape.sync.receive(event("evt_2", "invoice.finalized", invoice("in_2")))
    landscape.run(seconds=5)
    (problem,) = landscape.sync.storage.exceptions()
    assert (problem.category, problem.code, problem.object_id) == ("mapping", "sku-unmapped", "in_1")
    assert landscape.posted("in_2") == {"count": 0}


def test_a_replay_after_the_cause_is_gone_posts_in_order_and_closes_the_exception(landscape):
    landscape.ledger.closing.close_period("DE-01", "2027-01", "controller", lock=True)
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    landscape.run(seconds=5)
    assert landscape.sync.storage.exceptions()[0].category == "period"
    landscape.ledger.closing.reopen_period("DE-01", "2027-01", "a", "b", "late documents")
    assert landscape.sync.replay("evt_1")
    landscape.run(seconds=5)
    assert landscape.posted()["count"] == 1
    assert landscape.sync.storage.exceptions() == []
    assert not landscape.sync.replay("evt_1")


def test_an_outage_is_waited_out_with_back_off(landscape):
    landscape.down.add("erp")
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    for _ in range(4):
        landscape.run(seconds=5)
    tries = landscape.asked.count(("erp", "post_invoice"))
    assert 1 < tries <= 4
    landscape.down.clear()
    landscape.run(minutes=5)
    assert landscape.posted()["count"] == 1
    assert landscape.sync.storage.backlog() == 0


def test_an_outage_of_days_is_waited_out_too(landscape):
    landscape.down.add("erp")
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    for _ in range(1100):
        landscape.run(seconds=301)
    landscape.down.clear()
    landscape.run(minutes=6)
    assert landscape.posted()["count"] == 1


def test_a_payment_settles_its_invoice_and_a_void_takes_everything_back(landscape):
    charge = {"id": "ch_1", "customer": "cus_1", "invoice": "in_1", "amount": 142800, "currency": "eur"}
    charge |= {"created": DAY, "metadata": {"legal_entity": "DE-01"}, "subscription": "sub_1"}
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    landscape.sync.receive(event("evt_2", "charge.succeeded", charge))
    landscape.sync.receive(event("evt_3", "invoice.finalized", invoice("in_2")))
    landscape.sync.receive(event("evt_4", "invoice.voided", invoice("in_2"), DAY + 5))
    landscape.run(seconds=10)
    assert landscape.erp.receivable_of("in_1")["open"] == 0
    assert landscape.erp.application_of("ch_1")["applied_to"] == "in_1"
    assert landscape.posted("in_2") == {"count": 0}
    assert landscape.erp.receivable_of("in_2")["open"] == 0


def test_what_was_taken_in_survives_a_restart(tmp_path, landscape):
    path = str(tmp_path / "sync.sqlite")
    first = Sync(landscape.ledger.books.master, landscape.ask, now=lambda: landscape.time, database=path)
    first.receive(event("evt_0", "customer.created", customer()))
    first.receive(event("evt_1", "invoice.finalized", invoice()))
    first.storage.close()
    again = Sync(landscape.ledger.books.master, landscape.ask, now=lambda: landscape.time, database=path)
    landscape.time += timedelta(seconds=5)
    assert again.run_due() == 2
    assert landscape.posted()["count"] == 1
