"""What happened in a real Kill Bill is told for figures, and what probes left there is taken back."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from synthetic.clock import VirtualClock
from synthetic.deeds import Attempt, Boundary
from synthetic.deeds.calls import Kind
from synthetic.sandboxes.killbill import KillBillEvents
from synthetic.sandboxes.killbill.server import yearly_prices
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.transaction.reaping import reap

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture
def side(server, catalog):
    prices = CatalogPrices(Master(catalog), NOW.date())
    found = KillBillEvents(server, yearly_prices(prices, ["PRO-ANNUAL"], ["EUR"]), prices, lambda: NOW)
    yield found
    found.close()


def _asked(side, operation, key="", **request):
    kind = Kind.DEED if key else Kind.LOOK
    return side.adapter.call(Attempt("billing", operation, request, kind, key, NOW))


def _sold(side, name, terms="CARD"):
    facts = {"account": name, "name": name, "entity": "DE-01", "currency": "EUR", "terms": terms}
    customer = _asked(side, "onboard", key=f"c{name}", **facts)["id"]
    sale = {"sku": "PRO-ANNUAL", "entity": "DE-01", "currency": "EUR", "tax_code": "DE-S19", "contract": f"C-{name}"}
    return customer, _asked(side, "subscribe", key=f"s{name}", customer=customer, **sale)


def _ordinary(side, customer):
    """Make a customer one that no probe made, as people make them."""
    tenant = side.tenant
    account = tenant.get(f"/accounts/{customer}")
    notes = json.loads(account["notes"]) | {"synthetic": ""}
    tenant.put(f"/accounts/{customer}", {"notes": json.dumps(notes)})


def test_what_happened_is_told_with_its_times_and_marks_and_leftovers_go(side, server):
    customer, sold = _sold(side, "one")
    _ordinary(side, customer)
    server.settle(side.tenant)
    at = int(NOW.timestamp())
    told = _asked(side, "events_of", since=at - 3600, until=at + 7200)
    assert told["until"] == at + 7200
    (final,) = [row for row in told["events"] if row["type"] == "invoice.finalised"]
    names = ("object", "entity", "currency", "total", "tax", "subscription", "synthetic")
    assert [final[name] for name in names] == [sold["invoice"], "DE-01", "EUR", 142800, 22800, sold["id"], False]
    (paid,) = [row for row in told["events"] if row["type"] == "payment.succeeded"]
    assert (paid["invoice"], paid["total"]) == (sold["invoice"], 142800)
    assert {row["object"] for row in told["events"] if row["type"] == "subscription.changed"} == {sold["id"]}
    assert _asked(side, "events_of", since=at - 7200, until=at - 3600)["events"] == []

    _, probed = _sold(side, "two")
    _, unpaid = _sold(side, "three", terms="NET30")
    left = _asked(side, "leftovers_of", before=at + 86400)
    assert set(left["subscriptions"].split(",")) == {probed["id"], unpaid["id"]}
    assert left["invoices"] == unpaid["invoice"]
    clock = VirtualClock(datetime(2027, 1, 6, tzinfo=UTC))
    taken = asyncio.run(reap(Boundary({"billing": side.adapter}, clock), clock, "1h"))
    billed = {(one.what, one.id) for one in taken if one.done}
    assert billed >= {("subscription", probed["id"]), ("subscription", unpaid["id"]), ("invoice", unpaid["invoice"])}
    assert _asked(side, "leftovers_of", before=at + 86400)["count"] == 0
