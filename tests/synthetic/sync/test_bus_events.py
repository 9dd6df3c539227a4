"""What the landscape tells its bus: every event it causes, each as its contract says, in order and once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from test_sync import DAY, YEAR, Landscape, customer, event, invoice

from harness.cli.conform import conform as command
from synthetic.deeds import Attempt, RefusedError
from synthetic.deeds.calls import Kind
from synthetic.sandboxes.landscape.adapters import ObjectPort
from synthetic.sandboxes.landscape.analytics import Analytics
from synthetic.sandboxes.landscape.entitlements import Entitlements
from synthetic.sandboxes.sync.administration import Administration
from synthetic.sandboxes.sync.relay import StoredBus, relay

ROOT = Path(__file__).parents[3]
CONTRACTS = ("erp-events", "sync-events", "crm-events", "entitlement-events", "analytics-events")
SOURCES = {
    "erp-events": ("/erp", "/erp-legacy"),
    "sync-events": ("/erp-connector",),
    "crm-events": ("/crm",),
    "entitlement-events": ("/entitlements",),
    "analytics-events": ("/analytics",),
}
UNPRODUCED = {
    "erp-events": set(),
    "sync-events": set(),
    "crm-events": {"account.merged", "contract.accepted", "order.accepted"},
    "entitlement-events": set(),
    "analytics-events": set(),
}
"""Declared messages that nothing here causes: an order of the CRM knows neither the customer of billing nor a term, and
duplicates are merged in the ERP."""


class Told(Landscape):
    """The landscape with the systems whose answers are told on the bus."""

    def __init__(self):
        self.own = {"analytics": ObjectPort("analytics", Analytics())}
        super().__init__()
        entitled = Entitlements(self.ledger.books.master, lambda: self.time)
        self.own["entitlements"] = ObjectPort("entitlements", entitled)
        self.bus = StoredBus(self.sync.storage)

    def ask(self, port, operation, request):
        if port in self.own and port not in self.down:
            return self.own[port].call(Attempt(port, operation, request, Kind.DEED, "", self.time))
        return super().ask(port, operation, request)

    def told(self):
        for fetch in (self.sync.fetch_receipts, self.sync.fetch_facts):
            fetch()
        for _ in range(3):
            self.run(seconds=20)
        self.sync.fetch_facts()
        relay(self.sync.storage, self.bus)
        return self.bus.published()


def subscription(status="active", quantity=1, **extra):
    item = {
        "id": "si_1",
        "quantity": quantity,
        "price": {"id": "p", "metadata": {"sku": "PRO-ANNUAL"}, "unit_amount": 1},
    }
    item["price"]["recurring"] = {"interval": "year", "interval_count": 1}
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "status": status,
        "currency": "eur",
        "current_period_end": YEAR,
        "cancel_at_period_end": False,
        "items": {"data": [item]},
        "metadata": {"legal_entity": "DE-01", "contract_id": "C-2026-0417", "synthetic": "true"},
    } | extra


def credit_note():
    line = {"invoice_line_item": "il_1", "amount": 12000, "tax_amounts": [{"amount": 2280}]}
    return {
        "id": "cn_1",
        "object": "credit_note",
        "number": "DE-2027-000001-CN-01",
        "customer": "cus_1",
        "invoice": "in_1",
        "currency": "eur",
        "created": DAY,
        "lines": {"data": [line]},
        "subtotal": 12000,
        "total": 14280,
        "metadata": {},
    }


def transfer(name, amount, reference="in_2"):
    return {
        "id": name,
        "source_system": "bank",
        "version": 1,
        "customer_id": "cus_1",
        "invoice_id": reference,
        "legal_entity": "DE-01",
        "currency": "EUR",
        "amount": amount,
        "method": "bank_transfer",
        "value_date": "2027-01-04",
        "synthetic": True,
    }


@pytest.fixture(scope="module")
def stream():
    """A business life in which everything happens that the contracts have a word for."""
    world = Told()
    send = world.sync.receive
    send(event("evt_c", "customer.created", customer("cus_2")))
    send(event("evt_c2", "customer.updated", customer("cus_2") | {"name": "Kranich AG"}))
    send(event("evt_s", "customer.subscription.created", subscription()))
    send(event("evt_s2", "customer.subscription.updated", subscription(quantity=2)))
    for name in ("in_1", "in_2", "in_3", "in_4"):
        send(event(f"evt_{name}", "invoice.finalized", invoice(name, collection_method="send_invoice")))
    send(event("evt_v", "invoice.voided", invoice("in_3"), DAY + 5))
    charge = {"id": "ch_1", "customer": "cus_1", "invoice": "in_1", "amount": 142800, "currency": "eur", "created": DAY}
    send(event("evt_p", "charge.succeeded", charge))
    send(event("evt_n", "credit_note.created", credit_note(), DAY + 10))
    world.told()
    erp, books = world.erp, world.ledger
    erp.receive_transfer(transfer("bt_1", 100000))
    erp.receive_transfer(transfer("bt_2", 5000, ""))
    receipt = next(one for one in books.applying.receipts() if one["id"] == "bt_1")
    found = books.applying.applications(receipt)[0]
    books.applying.unapply(found, "ar", "wrong invoice")
    books.applying.apply(receipt, books.books.item("in_4", "DE-01"), 50000)
    erp.dun("DE-01", "2027-03-01")
    loss = {"id": "wo_1", "source_system": "erp", "version": 1, "legal_entity": "DE-01", "currency": "EUR"}
    loss |= {"invoice_id": "in_4", "requested_by": "a", "approved_by": "b", "reason": "gone", "allowance": 0}
    erp.write_off(loss | {"posting_date": "2027-01-04"})
    erp.close_period("DE-01", "2026-12", "controller")
    erp.close_period("DE-01", "2026-12", "controller")
    erp.close_period("DE-01-L", "2026-12", "controller", lock=True)
    erp.close_period("DE-01", "2026-11", "controller", lock=True)
    erp.reopen_period("DE-01", "2026-12", "a", "b", "late documents")
    send(event("evt_bad", "invoice.finalized", invoice("in_9", sku="UNKNOWN", customer="cus_2"), DAY + 60))
    world.told()
    world.sync.replay("evt_bad")
    send(event("evt_s3", "customer.subscription.deleted", subscription("canceled"), DAY + 90))
    world.told()
    key = {"object": "invoice", "object_id": "in_1", "version": DAY}
    Administration(world.sync).start_replay([key], "erp", "proof", "ops")
    return world, world.told()


def kinds(found, *sources):
    return Counter(
        one["type"].removeprefix("example.aster.").removesuffix(".v1") for one in found if one["source"] in sources
    )


def test_every_kind_of_event_that_the_landscape_causes_is_told(stream):
    _, found = stream
    assert set(kinds(found, "/erp")) == {
        "party.created",
        "invoice.posted",
        "posting.reversed",
        "credit.posted",
        "bank_receipt.booked",
        "payment.applied",
        "payment.unapplied",
        "write_off.posted",
        "dunning.level_changed",
        "period.soft_closed",
        "period.locked",
        "period.reopened",
    }
    assert kinds(found, "/erp-legacy").keys() == {
        "invoice.posted",
        "credit.posted",
        "posting.reversed",
        "period.locked",
    }
    assert set(kinds(found, "/erp-connector")) == {"exception.raised", "exception.closed", "replay.completed"}
    assert kinds(found, "/crm") == {"customer.onboarded": 2, "customer.updated": 1}
    assert kinds(found, "/entitlements") == {"tenant.provisioned": 1, "entitlement.changed": 3}
    assert kinds(found, "/analytics") == {"forecast.updated": 3}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_recorded_stream_keeps_its_contract(stream, contract, tmp_path):
    _, found = stream
    recorded = tmp_path / "stream.jsonl"
    own = [one for one in found if one["source"] in SOURCES[contract]]
    recorded.write_text("".join(json.dumps(one) + "\n" for one in own))
    asked = [contract, "--from", str(recorded), "--repo", str(ROOT), "--format", "json"]
    result = CliRunner().invoke(command, asked)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert set(answer["unseen"]) == UNPRODUCED[contract]


def test_money_in_events_is_that_of_the_books(stream):
    world, found = stream
    applied = [one["data"] for one in found if one["type"].endswith("payment.applied.v1")]
    assert [(one["id"], one["applied_amount"], one["open_after"]) for one in applied] == [
        ("ch_1", 142800, 0),
        ("bt_1", 100000, 42800),
        ("bt_1", 50000, 92800),
    ]
    (lost,) = [one["data"] for one in found if one["type"].endswith("write_off.posted.v1")]
    assert (lost["written_off"], lost["open"], lost["approved_by"]) == (92800, 0, "b")
    assert world.erp.receivable_of("in_4")["open"] == 0


def test_a_fact_that_is_told_again_says_of_which_event_it_is_a_replay(stream):
    _, found = stream
    told = [one for one in found if one["subject"] == "in_1" and one["source"] == "/erp"]
    first, again = (one for one in told if one["type"].endswith("invoice.posted.v1"))
    assert "replayof" not in first
    assert again["replayof"] == first["id"]


def test_a_shadow_tells_of_its_entries_and_of_nothing_that_is_settled_elsewhere(stream):
    _, found = stream
    assert not [one for one in found if one["source"] == "/erp-legacy" and "payment" in one["type"]]


def test_what_changes_nothing_is_no_news():
    world = Told()
    for number in range(3):
        world.sync.receive(event(f"evt_s{number}", "customer.subscription.updated", subscription(), DAY + number))
    found = world.told()
    assert kinds(found, "/entitlements")["entitlement.changed"] == kinds(found, "/analytics")["forecast.updated"] == 1


def test_two_changes_in_one_second_have_two_sequences():
    world = Told()
    for number in range(3):
        world.sync.receive(event(f"evt_s{number}", "customer.subscription.updated", subscription(quantity=number + 1)))
    found = [one for one in world.told() if one["source"] == "/entitlements" and one["subject"] == "sub_1"]
    assert [one["sequence"] for one in found] == [DAY, DAY + 1, DAY + 2]
    assert [one["data"]["quantity"] for one in found] == ["1", "2", "3"]


def test_nothing_of_the_ledger_is_lost_while_the_middleware_cannot_ask_it():
    world = Told()
    world.erp.close_period("DE-01", "2026-12", "controller")
    own, world.ask = world.sync._context.ask, None
    world.down.add("erp")
    with pytest.raises(Exception, match="503"):
        world.sync.fetch_facts()
    world.down.clear()
    world.ask = own
    assert world.sync.fetch_facts() >= 1
    assert world.sync.fetch_facts() == 0


def test_of_two_erps_one_may_tell_nothing_by_itself():
    world = Told()
    cloud, legacy = ObjectPort("erp", object()), world.erp
    world.erp.close_period("DE-01-L", "2026-12", "controller")
    world.erp = SimpleNamespace(
        call=lambda one: (legacy if one.request.get("ledger") == "DE-01-L" else cloud).call(one)
    )
    assert world.sync.fetch_facts() == 1


def test_an_erp_that_tells_nothing_by_itself_is_refused_as_such():
    world = Told()
    world.erp = ObjectPort("erp", object())
    with pytest.raises(RefusedError) as found:
        world.sync.fetch_facts()
    assert found.value.code == "operation-unknown"
