"""Billing's contracts over one core, each answer held to its contract."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from conformity import ROOT, TOKEN, Checked
from starlette.applications import Starlette

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.faces import Contract, Face
from synthetic.sandboxes.landscape.rows import Store
from synthetic.sandboxes.services.edge_faces import EdgeSystems

CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


class Shop:
    """The edge in process with one customer, who pays by card."""

    def __init__(self):
        self.clock = VirtualClock(datetime(2027, 1, 1, 9, tzinfo=UTC))
        self.core = BillingCore(self.clock)
        self.systems = EdgeSystems(CATALOG, self.core, lambda *_: 0, self.clock.now, Store(":memory:").table)
        kept = {}
        routes = [
            Face(name, lambda name=name: Contract(ROOT, name), answers, TOKEN, lambda: kept).route()
            for name, answers in self.systems.answers().items()
        ]
        app = Starlette(routes=routes)
        self.clients = {name: Checked(app, name) for name in self.systems.answers()}
        self.keys = 0

    async def ask(self, name, method, path, body=None):
        self.keys += 1
        return await self.clients[name].ask(method, path, body, key=f"key-{self.keys:06}")

    async def got(self, name, method, path, body=None):
        answer = await self.ask(name, method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def customer(self, terms="CARD"):
        address = {"line1": "Torstrasse 49", "city": "Berlin", "country": "DE"}
        body = {"legal_name": "Kranich", "country": "DE", "kind": "business", "currency": "EUR", "address": address}
        body |= {"tax_id": "DE129273398", "requested_terms": terms}
        account = await self.got("crm-accounts", "POST", "/accounts", body)
        (row,) = (await self.got("billing-customers", "GET", f"/customers?account={account['id']}"))["data"]
        return row["id"]

    async def invoice(self, customer, price="1200.00"):
        line = {"sku": "ONBOARDING", "description": "Workshop", "quantity": "1", "unit_price": price}
        line |= {"service_start": "2027-01-01", "service_end": "2027-01-02"}
        body = {"customer": customer, "legal_entity": "DE-01", "currency": "EUR", "payment_terms": "CARD"}
        draft = await self.got("billing-invoices", "POST", "/invoices", {**body, "lines": [line]})
        day = {"document_date": "2027-01-01"}
        return await self.got("billing-invoices", "POST", f"/invoices/{draft['id']}/finalise", day)

    async def paid(self, customer, price="1200.00"):
        invoice = await self.invoice(customer, price)
        payment = await self.got("billing-payments", "POST", "/payments", collecting(invoice))
        return invoice, payment


def collecting(invoice, **more):
    told = {"customer_id": invoice["customer"], "invoice_id": invoice["id"], "amount": invoice["total"]}
    return {**told, "currency": "EUR", "method": "card", **more}


@pytest.fixture
def shop():
    found = Shop()
    yield found
    found.core.close()


def test_an_invoice_is_taxed_as_the_engine_says_and_collected_once(shop):
    async def story():
        customer = await shop.customer()
        invoice = await shop.invoice(customer)
        assert (invoice["tax_code"], invoice["tax_amount"], invoice["total"]) == ("DE-S19", 22800, 142800)
        for more, status in (({"amount": 1}, 422), ({"currency": "USD"}, 422), ({"method": "direct_debit"}, 422)):
            answer = await shop.ask("billing-payments", "POST", "/payments", collecting(invoice, **more))
            assert answer.status_code == status
        payment = await shop.got("billing-payments", "POST", "/payments", collecting(invoice))
        # E4.2 of the worked examples: 1.5 % and 25
        assert (payment["status"], payment["fee"], payment["applications"][0]["amount"]) == ("succeeded", 2167, 142800)
        assert (await shop.ask("billing-payments", "POST", "/payments", collecting(invoice))).status_code == 409
        shown = await shop.got("billing-invoices", "GET", f"/invoices/{invoice['id']}")
        assert (shown["status"], shown["open"]) == ("paid", 0)
        shop.core.call("payouts.create", {"currency": "eur"})
        (payout,) = (await shop.got("billing-payments", "GET", "/payouts"))["data"]
        assert (payout["amount"], payout["charges"], payout["fees"]) == (140633, 142800, 2167)
        rows = (await shop.got("billing-payments", "GET", f"/payouts/{payout['id']}/entries"))["data"]
        assert sum(row["amount"] for row in rows) == payout["amount"]
        assert {row["source_id"] for row in rows} == {payment["id"]}

    asyncio.run(story())


def test_a_declined_card_is_an_answer_and_changes_nothing_that_is_owed(shop):
    async def story():
        customer = await shop.customer()
        method = shop.core.call("payment_methods.attach", {"id": "pm_card_chargeCustomerFail", "customer": customer})
        settings = {"invoice_settings": {"default_payment_method": method["id"]}}
        shop.core.call("customers.update", {"id": customer, **settings})
        invoice = await shop.invoice(customer)
        payment = await shop.got("billing-payments", "POST", "/payments", collecting(invoice))
        assert (payment["status"], payment["failure_code"], payment["applications"]) == ("failed", "card_declined", [])
        assert (await shop.got("billing-invoices", "GET", f"/invoices/{invoice['id']}"))["open"] == 142800

    asyncio.run(story())


def test_a_credit_note_is_split_by_days_approved_by_finance_and_refunded_no_further_than_it_goes(shop):
    async def story():
        customer = await shop.customer()
        invoice, payment = await shop.paid(customer, "9000.00")
        line = invoice["lines"][0]["id"]
        asked = {"invoice_id": invoice["id"], "reason": "goodwill", "requested_by": "mara.support"}
        asked |= {"lines": [{"invoice_line_id": line, "net": 600000}]}
        name = "billing-credits"
        preview = await shop.got(name, "POST", "/credit-notes/preview", asked)
        assert (preview["net"], preview["tax"], preview["total"]) == (600000, 114000, 714000)
        assert (await shop.got(name, "GET", "/credit-notes"))["data"] == []
        note = await shop.got(name, "POST", "/credit-notes", asked)
        place = f"/credit-notes/{note['id']}"
        assert note["status"] == "pending_approval"
        issue = {"document_date": "2027-01-01"}
        assert (await shop.ask(name, "POST", f"{place}/issue", issue)).status_code == 409
        for who in ("mara.support", "kim.nobody"):
            assert (await shop.ask(name, "POST", f"{place}/approval", {"approved_by": who})).status_code == 422
        await shop.got(name, "POST", f"{place}/approval", {"approved_by": "dana.ruiz"})
        issued = await shop.got(name, "POST", f"{place}/issue", issue)
        assert (issued["status"], issued["balance"], issued["approved_by"]) == ("issued", 714000, "dana.ruiz")
        assert (await shop.ask(name, "POST", f"{place}/issue", issue)).status_code == 409
        again = await shop.ask(name, "POST", "/credit-notes", asked)
        assert again.status_code == 422

        refund = {"payment_id": payment["id"], "credit_id": note["id"], "amount": 400000, "currency": "EUR"}
        refund |= {"reason": "credit_note", "requested_by": "mara.support"}
        done = await shop.got("billing-payments", "POST", "/refunds", refund)
        assert (done["status"], done["credit_id"]) == ("succeeded", note["id"])
        assert (await shop.ask("billing-payments", "POST", "/refunds", refund)).status_code == 422
        shown = await shop.got(name, "GET", place)
        assert (shown["refunded"], shown["balance"]) == (400000, 314000)
        nothing = {**refund, "credit_id": None, "amount": 1}
        assert (await shop.ask("billing-payments", "POST", "/refunds", nothing)).status_code == 422

    asyncio.run(story())


def test_a_subscription_is_amended_to_more_renewed_with_an_uplift_and_cancelled_with_a_credit(shop):
    async def story():
        customer = await shop.customer()
        wanted = {"customer_id": customer, "legal_entity": "DE-01", "currency": "EUR"}
        wanted |= {"start_date": "2027-01-01", "end_date": "2028-01-01"}
        wanted["lines"] = [{"sku": "PRO-SEAT", "quantity": "10"}]
        confirmed = await shop.got("pricing", "POST", "/price-confirmations", wanted)
        order = {"customer_id": customer, "legal_entity": "DE-01", "currency": "EUR", "start_date": "2027-01-01"}
        order |= {"term_months": 12, "payment_terms": "CARD", "action": "add_product", "auto_renew": True}
        order |= {"price_confirmation": confirmed["confirmation_id"], "lines": confirmed["lines"]}
        made = await shop.got("order-acceptance", "POST", "/orders", order)
        name = "billing-subscriptions"
        activation = {"order_id": made["order_id"], "contract_id": made["contract_id"], "term_start": "2027-01-01"}
        begun = await shop.got(name, "POST", "/subscriptions", activation)
        assert (begun["status"], begun["term_end"], begun["items"][0]["net"]) == ("active", "2028-01-01", 240000)
        refused = await shop.ask(name, "POST", "/subscriptions", activation)
        assert (refused.status_code, begun["id"] in refused.json()["detail"]) == (409, True)

        place = f"/subscriptions/{begun['id']}"
        shop.clock.move(timedelta(days=90))
        change = {"contract_id": made["contract_id"], "contract_version": 2, "effective_date": "2027-04-01"}
        less = {**change, "items": [{"sku": "PRO-SEAT", "quantity": "5"}]}
        assert (await shop.ask(name, "POST", f"{place}/amendments", less)).status_code == 422
        more = {**change, "items": [{"sku": "PRO-SEAT", "quantity": "15"}]}
        amended = await shop.got(name, "POST", f"{place}/amendments", more)
        assert (amended["items"][0]["quantity"], amended["items"][0]["net"]) == ("15", 360000)
        proration = list(shop.core.desk.storage.all("invoice"))[-1]
        # E5.1 of the worked examples, by calendar days
        assert proration["total_excluding_tax"] == 90411

        assert (await shop.ask(name, "POST", f"{place}/renewals", {"term_end": "2030-01-01"})).status_code == 422
        renewal = {"term_end": "2029-01-01", "renewal_uplift_percent": "5"}
        await shop.got(name, "POST", f"{place}/renewals", renewal)
        shop.clock.move(timedelta(days=276))
        shop.core.tick()
        renewed = await shop.got(name, "GET", place)
        assert (renewed["term_start"], renewed["items"][0]["net"]) == ("2028-01-01", 378000)

        ending = {"effective_date": "2028-01-02", "refund_unearned": True, "reason": "customer_request"}
        ended = await shop.got(name, "POST", f"{place}/cancellation", ending)
        assert (ended["status"], ended["auto_renew"], ended["cancel_reason"]) == (
            "cancelled",
            False,
            "customer_request",
        )
        (note,) = (await shop.got("billing-credits", "GET", "/credit-notes"))["data"]
        # one of 366 days is used
        assert note["net"] == 378000 - 1033
        assert (await shop.ask(name, "POST", f"{place}/cancellation", ending)).status_code == 409

    asyncio.run(story())


def test_usage_is_judged_event_by_event_and_the_balance_holds(shop):
    async def story():
        customer = await shop.customer()
        name = "billing-usage"

        def event(identifier, **more):
            told = {"id": identifier, "meter": "api_calls", "customer_id": customer, "quantity": 100}
            return {**told, "event_time": "2027-01-01T08:00:00Z", **more}

        events = [
            event("e1"),
            event("e1"),
            event("e2", meter="doors"),
            event("e3", customer_id="cus_nobody"),
            event("e4", event_time="2026-12-15T08:00:00Z"),
            event("e5", event_time="2024-12-15T08:00:00Z"),
            event("e6", event_time="0001-01-01T00:00:00+14:00"),
            event("e7", event_time="9999-12-31T23:59:59-12:00"),
        ]
        shop.clock.move(timedelta(days=3))
        results = (await shop.got(name, "POST", "/usage-events", {"events": events}))["results"]
        assert [one["status"] for one in results] == [
            *("accepted", "duplicate", "rejected", "rejected", "late"),
            *("rejected", "rejected", "rejected"),
        ]
        path = f"/meters/api_calls/balance?customer_id={customer}&usage_period="
        balance = await shop.got(name, "GET", f"{path}2027-01")
        assert (balance["received"], balance["billed"], balance["duplicates"]) == (200, 100, 100)
        assert (await shop.got(name, "GET", f"{path}2026-12"))["late"] == 100
        assert (await shop.ask(name, "GET", path.replace("api_calls", "doors") + "2027-01")).status_code == 404
        rows = (await shop.got(name, "GET", "/usage-events?meter=api_calls&status=late"))["data"]
        assert [row["id"] for row in rows] == ["e4"]

    asyncio.run(story())


def test_only_what_billing_owns_of_a_customer_is_changed(shop):
    async def story():
        customer = await shop.customer()
        contact = {"name": "Mara Lindner", "email": "rechnung@kranich.example"}
        place = f"/customers/{customer}"
        changed = await shop.got("billing-customers", "PATCH", place, {"billing_contact": contact})
        assert (changed["billing_contact"], changed["payment_method"], changed["account"]) == (contact, "card", "acc_1")
        assert (await shop.ask("billing-customers", "GET", "/customers/cus_nobody")).status_code == 404
        shop.core.call("customers.create", {"name": "of nobody"})
        assert len((await shop.got("billing-customers", "GET", "/customers"))["data"]) == 1

    asyncio.run(story())
