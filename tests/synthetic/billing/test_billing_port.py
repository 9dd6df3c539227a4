"""The port and the Stripe skin are two faces of one core: the same deeds leave equal books."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from stripe_wire import Wire

from harness.ports import Billing
from synthetic.clock import LoopClock, run
from synthetic.sandboxes.billing import BillingCore, BillingError, BillingPort

DAY = 86_400
CUSTOMER = {"payment_method": "pm_card_visa", "metadata": {"legal_entity": "DE-01"}}
PRICE = {"currency": "eur", "unit_amount": 12000, "recurring": {"interval": "month"}, "product_data": {"name": "Pro"}}


def _books(core):
    """Everything that stands in the books: all objects, ids and times included."""
    kinds = ("customer", "price", "subscription", "invoice", "charge", "balance_transaction", "refund", "event")
    return json.loads(json.dumps({kind: core.desk.storage.all(kind) for kind in kinds}))


def test_both_skins_leave_equal_books_for_the_same_seed():
    async def by_port():
        core = BillingCore(LoopClock())
        port: Billing = BillingPort(core)
        customer = port.create_customer(CUSTOMER, key="c")
        price = core.call("prices.create", PRICE)
        items = [{"price": price["id"]}]
        subscription = port.subscribe({"customer": customer["id"], "items": items}, key="s")
        await asyncio.sleep(10 * DAY)
        item = subscription["items"]["data"][0]["id"]
        change = {"items": [{"id": item, "quantity": 2}], "proration_behavior": "always_invoice"}
        port.amend(subscription["id"], change, key="a")
        port.refund({"charge": port.invoices()[0]["charge"], "amount": 100}, key="r")
        return _books(core)

    async def by_wire():
        wire = Wire()
        customer = await wire.v1.customers.create_async(CUSTOMER, {"idempotency_key": "c"})
        price = await wire.v1.prices.create_async(PRICE)
        subscription = await wire.v1.subscriptions.create_async(
            {"customer": customer.id, "items": [{"price": price.id}]}, {"idempotency_key": "s"}
        )
        await asyncio.sleep(10 * DAY)
        item = subscription["items"].data[0].id
        change = {"items": [{"id": item, "quantity": 2}], "proration_behavior": "always_invoice"}
        await wire.v1.subscriptions.update_async(subscription.id, change, {"idempotency_key": "a"})
        newest = (await wire.v1.invoices.list_async({"limit": 1})).data[0]
        await wire.v1.refunds.create_async({"charge": newest.charge, "amount": 100}, {"idempotency_key": "r"})
        return _books(wire.core)

    assert run(by_port()) == run(by_wire())


def test_what_one_request_makes_is_of_one_second_however_the_clock_runs():
    class Running:
        at = datetime(2027, 1, 4, tzinfo=UTC)

        def now(self):
            self.at += timedelta(seconds=1)
            return self.at

    core = BillingCore(Running())
    customer = core.call("customers.create", CUSTOMER)
    core.call("invoice_items.create", {"customer": customer["id"], "amount": 5000, "currency": "eur"})
    invoice = core.call("invoices.create", {"customer": customer["id"]})
    final = core.call("invoices.finalize", {"id": invoice["id"]})
    note = core.call("credit_notes.create", {"invoice": invoice["id"], "amount": 1000})
    told = {event["type"]: event["created"] for event in core.desk.storage.all("event")}
    assert told["credit_note.created"] == note["created"]
    assert told["invoice.finalized"] == final["status_transitions"]["finalized_at"]


def test_another_seed_gives_other_ids_and_the_same_money(clock):
    one, other = (BillingCore(clock, seed=seed).call("customers.create", CUSTOMER)["id"] for seed in ("1", "2"))
    assert one != other


def test_the_port_drafts_finalises_pays_voids_and_credits_once_per_key(core):
    port = BillingPort(core)
    customer = port.create_customer(CUSTOMER, key="c")
    request = {"customer": customer["id"], "currency": "eur", "lines": [{"currency": "eur", "amount": 700}]}
    first, again = (port.draft_invoice(request, key="d") for _ in range(2))
    assert first["id"] == again["id"]
    assert len(again["lines"]["data"]) == 1
    assert port.finalise(first["id"], key="f")["number"] == port.finalise(first["id"], key="f")["number"]
    assert port.pay(first["id"], {}, key="p")["status"] == "paid"
    assert port.credit({"invoice": first["id"], "amount": 100}, key="cn")["total"] == 100
    other = port.draft_invoice(request, key="d2")
    port.finalise(other["id"], key="f2")
    assert port.void(other["id"], key="v")["status"] == "void"


def test_a_reader_of_events_sees_each_once_in_order(core, clock):
    port = BillingPort(core)
    port.create_customer({}, key="1")
    seen = [event["id"] for event in port.events()]
    clock.move(timedelta(seconds=5))
    port.create_customer({}, key="2")
    newer = port.events(after=seen[-1])
    assert [event["type"] for event in newer] == ["customer.created"]
    assert port.events(after=newer[-1]["id"]) == []
    with pytest.raises(BillingError, match="No such event"):
        port.events(after="evt_nothing")


def test_usage_and_reads_go_through_the_port(core):
    port = BillingPort(core)
    customer = port.create_customer(CUSTOMER, key="c")
    core.call("meters.create", {"display_name": "Calls", "event_name": "calls"})
    event = {"event_name": "calls", "payload": {"stripe_customer_id": customer["id"], "value": 3}, "identifier": "u"}
    assert port.use(event, key="u") == port.use(event, key="u")
    price = core.call("prices.create", PRICE)
    subscription = port.subscribe({"customer": customer["id"], "items": [{"price": price["id"]}]}, key="s")
    assert port.preview({"subscription": subscription["id"]})["total"] == 12000
    ended = port.cancel(subscription["id"], {}, key="x")
    assert port.subscription(subscription["id"])["status"] == ended["status"] == "canceled"


@pytest.mark.parametrize("operation", ["customers.explode", "", "invoices"])
def test_an_operation_that_is_none_is_refused(core, operation):
    assert core.perform(operation, {}).status == 404


def test_a_span_of_time_in_which_nothing_is_there_is_an_empty_list_and_no_unknown_parameter(core):
    for kind in ("events", "invoices", "subscriptions"):
        assert core.call(f"{kind}.list", {"created": {"gte": 0, "lt": 9}})["data"] == []
