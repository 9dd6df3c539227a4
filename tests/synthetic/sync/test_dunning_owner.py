"""Every overdue invoice has one who chases it: billing where it charges the card, the ERP where an invoice was sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from test_sync import CATALOG, DAY, customer, event, invoice
from test_sync import Landscape as Middleware

from harness.catalog import Mapping
from synthetic.clock import VirtualClock
from synthetic.deeds import Call
from synthetic.deeds.calls import Kind
from synthetic.sandboxes.landscape import Landscape

START = datetime(2027, 1, 4, 9, tzinfo=UTC)


class World:
    """The whole landscape, and one German customer of it."""

    def __init__(self, terms, method):
        self.landscape = Landscape(CATALOG, VirtualClock(START))
        self.ask("crm", "accept_account", account="a", name="Kranich", country="DE")
        made = self.ask(
            "billing",
            "onboard",
            account="a",
            name="Kranich",
            entity="DE-01",
            currency="EUR",
            terms="CARD",
            method=method,
        )
        self.customer = made["id"]
        begun = self.ask(
            "billing",
            "subscribe",
            customer=made["id"],
            sku="PRO-ANNUAL",
            entity="DE-01",
            currency="EUR",
            tax_code="DE-S19",
            contract="C-1",
            terms=terms,
        )
        self.subscription, self.invoice = begun["id"], begun["invoice"]

    def ask(self, port, operation, **request):
        kind = Kind.LOOK if operation.endswith("_of") else Kind.DEED
        key = "" if kind is Kind.LOOK else f"{operation}-{sorted(request.items())}"
        return self.landscape.boundary.ask(Call(port, operation, request, kind, key))

    def wait(self, days):
        asyncio.run(self.landscape.clock.advance(timedelta(days=days)))
        self.landscape.catch_up()

    def chased(self, name=None):
        """Return how often billing tried after the first time, and how many letters the ERP sent until today."""
        name = name or self.invoice
        today = str(self.landscape.clock.now().date())
        self.ask("erp", "dun", ledger="DE-01", today=today)
        tried = self.landscape.core.desk.find("invoice", name)["attempt_count"]
        return max(tried - 1, 0), self.ask("erp", "receivable_of", invoice=name)["dunning_level"]


def test_what_billing_charges_is_chased_by_billing_alone():
    world = World("CARD", "card")
    world.ask("billing", "change_method", customer=world.customer, method="failing")
    world.wait(366 + 10)
    again, letters = world.chased(_latest(world))
    assert again == 3
    assert letters == 0


def test_what_was_sent_is_chased_by_the_erp_alone():
    world = World("NET30", "card")
    world.wait(60)
    assert world.chased() == (0, 1)
    assert world.landscape.core.desk.find("invoice", world.invoice)["next_payment_attempt"] is None


def test_a_subscription_that_changes_its_collection_method_changes_the_collector_of_its_next_invoice():
    world = World("CARD", "card")
    world.wait(30)
    changed = {"collection_method": "send_invoice", "days_until_due": "30"}
    reply = world.landscape.core.perform("subscriptions.update", {"id": world.subscription, **changed}, key="change")
    assert reply.status == 200, reply.body
    world.wait(340)
    name = _latest(world)
    assert name != world.invoice
    assert world.ask("erp", "receivable_of", invoice=world.invoice)["collected_by"] == "billing"
    assert world.ask("erp", "receivable_of", invoice=name)["collected_by"] == "erp"
    world.wait(40)
    assert world.chased(name) == (0, 1)


def _latest(world):
    return world.landscape.core.desk.find("subscription", world.subscription)["latest_invoice"]


def owner(middleware, ledger="DE-01"):
    found = middleware.erp.receivable_of("in_1", ledger)
    return found["collected_by"], found["due_date"], found["dunning_level"]


def changed(middleware, name, method, at, **extra):
    found = invoice(collection_method=method, status="open", **extra)
    middleware.sync.receive(event(name, "invoice.updated", found, at))
    middleware.run(seconds=10)


def test_an_open_invoice_that_changes_its_collection_method_moves_its_collector_in_every_ledger_and_back():
    middleware = Middleware()
    middleware.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    middleware.run(seconds=10)
    assert owner(middleware) == ("billing", "2027-01-01", 0)
    changed(middleware, "evt_2", "send_invoice", DAY + 60)
    assert owner(middleware) == owner(middleware, "DE-01-L") == ("erp", "2027-01-31", 0)
    middleware.erp.dun("DE-01", "2027-03-01")
    assert owner(middleware)[2] == 1
    changed(middleware, "evt_3", "charge_automatically", DAY + 120)
    assert owner(middleware) == ("billing", "2027-01-01", 0)
    assert middleware.erp.dun("DE-01", "2027-04-01") == {"notices": 0}
    assert middleware.sync.storage.exceptions() == []


def test_other_changes_of_an_invoice_ask_the_ledger_nothing():
    middleware = Middleware()
    middleware.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    middleware.run(seconds=10)
    changed(middleware, "evt_2", "charge_automatically", DAY + 60, description="thanks")
    assert ("erp", "assign_collection") not in middleware.asked


@pytest.mark.parametrize(
    ("terms", "collector", "method", "says"),
    [
        ("CARD", "component:erp", "charge_automatically", "both would dun"),
        ("NET30", "component:billing", "send_invoice", "nobody would dun"),
    ],
)
def test_a_mapping_that_leaves_two_collectors_or_none_posts_nothing(terms, collector, method, says):
    middleware = Middleware()
    master = middleware.ledger.books.master
    known = master._tables["terms"]
    rows = tuple(
        replace(row, values={**row.values, "collected_by": collector}) if row.key == (terms,) else row
        for row in known.rows
    )
    own = {name: getattr(known, name) for name, one in Mapping.__dataclass_fields__.items() if one.init}
    master._tables = {**master._tables, "terms": Mapping(**{**own, "rows": rows})}
    middleware.sync.receive(event("evt_c", "customer.updated", customer()))
    middleware.sync.receive(event("evt_1", "invoice.finalized", invoice(collection_method=method)))
    middleware.run(seconds=10)
    (problem,) = middleware.sync.storage.exceptions()
    assert (problem.category, problem.code) == ("collections", "collector-differs")
    assert says in problem.message
    assert middleware.posted() == {"count": 0}
