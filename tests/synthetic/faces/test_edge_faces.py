"""CRM, prices, orders and entitlements over one billing core, each answer held to its contract."""

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
KRANICH = {
    "legal_name": "Kranich Logistik GmbH",
    "country": "DE",
    "kind": "business",
    "currency": "EUR",
    "address": {"line1": "Torstrasse 49", "city": "Berlin", "country": "DE"},
    "tax_id": "DE129273398",
    "requested_terms": "NET30",
    "parent_id": None,
}


class Edge:
    """The edge in process: its systems, its clock, a client for each contract."""

    def __init__(self):
        self.clock = VirtualClock(datetime(2027, 1, 1, 0, 2, 11, tzinfo=UTC))
        self.owed = 0
        self.core = BillingCore(self.clock)
        store = Store(":memory:")
        self.systems = EdgeSystems(CATALOG, self.core, lambda *_: self.owed, self.clock.now, store.table)
        kept = {}
        routes = [
            Face(name, lambda name=name: Contract(ROOT, name), answers, TOKEN, lambda: kept).route()
            for name, answers in self.systems.answers().items()
        ]
        app = Starlette(routes=routes)
        self.clients = {name: Checked(app, name) for name in self.systems.answers()}

    async def ask(self, name, method, path, body=None, *, key="key-12345"):
        return await self.clients[name].ask(method, path, body, key=key)

    async def customer(self):
        account = (await self.ask("crm-accounts", "POST", "/accounts", KRANICH, key="open-kranich")).json()
        return account, self.systems.crm.accounts[account["id"]]["customer"]


@pytest.fixture
def edge():
    found = Edge()
    yield found
    found.core.close()


def order_of(customer, confirmed, **more):
    return {
        "customer_id": customer,
        "contract_id": None,
        "legal_entity": "DE-01",
        "currency": "EUR",
        "start_date": confirmed["start_date"],
        "term_months": 12,
        "payment_terms": "NET30",
        "action": "new",
        "price_confirmation": confirmed["confirmation_id"],
        "lines": confirmed["lines"],
        "auto_renew": True,
        **more,
    }


def wanted(customer, *lines, start="2027-01-01", end="2028-01-01"):
    period = {"start_date": start, "end_date": end}
    return {"customer_id": customer, "legal_entity": "DE-01", "currency": "EUR", **period, "lines": list(lines)}


def test_an_order_that_is_accepted_becomes_a_subscription_with_the_price_that_was_confirmed(edge):
    async def story():
        account, customer = await edge.customer()
        assert (account["status"], account["tax_profile"]["tax_id_status"]) == ("accepted", "valid")
        seats = {"sku": "PRO-SEAT", "quantity": "10", "discount_percent": "12.5"}
        lines = (seats, {"sku": "ONBOARDING", "quantity": "1"})
        confirmed = (await edge.ask("pricing", "POST", "/price-confirmations", wanted(customer, *lines))).json()
        assert [line["net"] for line in confirmed["lines"]] == [210000, 50000]
        order = (await edge.ask("order-acceptance", "POST", "/orders", order_of(customer, confirmed))).json()
        assert (order["status"], order["net"], order["contract_version"]) == ("accepted", 260000, 1)
        signed = (await edge.ask("crm-accounts", "GET", f"/contracts/{order['contract_id']}")).json()
        assert (signed["status"], signed["sold_to"]) == ("accepted", account["id"])
        check = f"/accounts/{account['id']}/check"
        asked = {"currency": "EUR", "order_amount": 240001}
        answer = (await edge.ask("crm-accounts", "POST", check, asked)).json()
        assert (answer["accepted_unbilled"], answer["available"], answer["reasons"]) == (
            260000,
            240000,
            ["credit_limit"],
        )

        assert edge.systems.orders.begin_due() == []
        (subscription,) = edge.core.desk.storage.all("subscription")
        (invoice,) = edge.core.desk.storage.all("invoice")
        assert (invoice["status"], invoice["total"] - invoice["tax"], invoice["tax"]) == ("open", 260000, 49400)
        assert subscription["metadata"]["order_id"] == order["order_id"]
        assert (await edge.ask("crm-accounts", "GET", f"/contracts/{order['contract_id']}")).json()[
            "status"
        ] == "in_force"
        assert edge.systems.orders.begin_due() == []
        assert len(list(edge.core.desk.storage.all("subscription"))) == 1

    asyncio.run(story())


def test_an_order_waits_for_its_first_day(edge):
    async def story():
        _, customer = await edge.customer()
        later = wanted(customer, {"sku": "PRO-ANNUAL", "quantity": "1"}, start="2027-01-05", end="2028-01-05")
        confirmed = (await edge.ask("pricing", "POST", "/price-confirmations", later)).json()
        await edge.ask("order-acceptance", "POST", "/orders", order_of(customer, confirmed))
        edge.systems.orders.begin_due()
        assert not list(edge.core.desk.storage.all("subscription"))
        edge.clock.move(timedelta(days=4))
        edge.systems.orders.begin_due()
        assert len(list(edge.core.desk.storage.all("subscription"))) == 1

    asyncio.run(story())


def test_an_order_is_refused_with_every_reason_there_is(edge):
    async def story():
        _, customer = await edge.customer()
        line = {"sku": "PRO-ANNUAL", "quantity": "1"}
        confirmed = (await edge.ask("pricing", "POST", "/price-confirmations", wanted(customer, line))).json()

        async def decided(key, **more):
            body = order_of(customer, confirmed, **more)
            answer = await edge.ask("order-acceptance", "POST", "/orders", body, key=key)
            return answer.json()["reasons"]

        cheaper = [{**confirmed["lines"][0], "net": 1}]
        assert await decided("other-price", lines=cheaper) == ["price_differs"]
        assert await decided("no-such-price", price_confirmation="pc_none") == ["price_expired"]
        edge.owed = 400_000
        assert await decided("too-much-debt") == ["credit_limit"]
        edge.owed = 0
        assert await decided("first-order") == []
        assert await decided("second-order") == ["duplicate_order"]
        edge.clock.move(timedelta(hours=1))
        assert "price_expired" in await decided("an-hour-later")
        refused = (await edge.ask("order-acceptance", "GET", "/orders?status=refused")).json()["data"]
        assert len(refused) == 5
        assert all(one["order_id"] and one["contract_id"] is None for one in refused)

    asyncio.run(story())


def test_a_preview_is_the_invoice_of_the_worked_example(edge):
    async def story():
        _, customer = await edge.customer()
        seats = wanted(customer, {"sku": "PRO-SEAT", "quantity": "5"}, start="2027-04-01")
        shown = (await edge.ask("pricing", "POST", "/price-previews", seats)).json()
        # E5.1 of the worked examples: five more seats for 275 of 365 days
        assert (shown["net"], shown["tax"], shown["total"]) == (90411, 17178, 107589)
        assert shown["lines"][0]["proration"] is True
        assert not list(edge.core.desk.storage.all("invoice"))
        for line in ({"sku": "NONE", "quantity": "1"}, {"sku": "PRO-SEAT", "quantity": "0.5"}):
            assert (await edge.ask("pricing", "POST", "/price-previews", wanted(customer, line))).status_code == 422
        rows = (await edge.ask("pricing", "GET", "/products?on=2027-01-01")).json()["data"]
        assert [len(row["erp_items"]) for row in rows if row["bundle"]] == [3]
        assert (await edge.ask("pricing", "GET", "/products?on=2020-01-01")).json()["data"] == []

    asyncio.run(story())


def test_accounts_are_not_opened_twice_and_merged_for_ever(edge):
    async def story():
        account, _ = await edge.customer()
        again = await edge.ask("crm-accounts", "POST", "/accounts", KRANICH, key="open-it-again")
        assert (again.status_code, account["id"] in again.json()["detail"]) == (409, True)
        child = {**KRANICH, "tax_id": "DE000", "parent_id": account["id"]}
        prospect = (await edge.ask("crm-accounts", "POST", "/accounts", child, key="open-a-child")).json()
        assert (prospect["status"], prospect["ultimate_parent_id"]) == ("prospect", account["id"])
        assert len(list(edge.core.desk.storage.all("customer"))) == 1
        place = f"/accounts/{prospect['id']}"
        chain = (await edge.ask("crm-accounts", "GET", f"{place}/hierarchy")).json()["data"]
        assert [(row["id"], row["depth"]) for row in chain] == [(prospect["id"], 1), (account["id"], 0)]
        body = {"merged_into": account["id"], "reason": "Same VAT id"}
        lost = (await edge.ask("crm-accounts", "POST", f"{place}/merge", body, key="merge-it-1")).json()
        assert (lost["status"], lost["merged_into"], lost["version"]) == ("merged", account["id"], 2)
        assert (await edge.ask("crm-accounts", "POST", f"{place}/merge", body, key="merge-it-2")).status_code == 409
        back = {"merged_into": prospect["id"], "reason": "In a circle"}
        answer = await edge.ask("crm-accounts", "POST", f"/accounts/{account['id']}/merge", back, key="merge-it-3")
        assert answer.status_code == 409
        assert (await edge.ask("crm-accounts", "GET", place)).json() == lost
        check = (
            await edge.ask("crm-accounts", "POST", f"{place}/check", {"currency": "EUR", "order_amount": 1})
        ).json()
        assert "account_merged" in check["reasons"]

    asyncio.run(story())


def test_entitlements_are_checked_revoked_and_granted_for_a_while(edge):
    system = edge.systems.entitlements
    system.register_tenant({"id": "cus_kranich", "sold_to": {"account_id": "acc_kranich"}})
    items = [{"sku": "PRO-ANNUAL", "quantity": 1}, {"sku": "PRO-SEAT", "quantity": 10}]
    system.set_entitlement("sub_D1", "cus_kranich", items, 5, "on", contract="C-1")

    async def ask(method, path, body=None, key="key-12345"):
        return await edge.ask("entitlements", method, path, body, key=key)

    async def allowed(sku):
        return (await ask("GET", f"/tenants/ten_kranich/access?sku={sku}")).json()["allowed"]

    async def story():
        assert [await allowed(sku) for sku in ("PRO-ANNUAL", "PRO-SEAT", "SUITE-ANNUAL")] == [True, True, False]
        rows = (await ask("GET", "/entitlements?customer_id=cus_kranich&status=on")).json()["data"]
        assert [(row["id"], row["quantity"], row["version"]) for row in rows] == [
            ("en_D1", "1", 1),
            ("en_D1_2", "10", 1),
        ]
        system.set_entitlement("sub_D1", "cus_kranich", items, 4, "off")
        system.set_entitlement("sub_D1", "cus_kranich", items, 6, "on")
        assert (await ask("GET", "/entitlements/en_D1")).json()["version"] == 1
        body = {"reason": "Real grant seen", "revoked_by": "support.kim"}
        off = (await ask("POST", "/entitlements/en_D1/revocation", body)).json()
        assert (off["status"], off["version"]) == ("off", 2)
        assert (await ask("POST", "/entitlements/en_D1/revocation", body, key="once-more")).status_code == 409
        assert not await allowed("PRO-ANNUAL")

        grant = {"tenant_id": "ten_kranich", "sku": "PRO-ANNUAL", "hours": 2, "reason": "late", "granted_by": "kim"}
        given = (await ask("POST", "/entitlements/courtesy", grant)).json()
        assert (given["grant_source"], given["effective_until"]) == ("courtesy", "2027-01-01T02:02:11Z")
        assert await allowed("PRO-ANNUAL")
        edge.clock.move(timedelta(hours=2))
        assert not await allowed("PRO-ANNUAL")
        ended = await ask("POST", f"/entitlements/{given['id']}/revocation", body, key="too-late")
        assert ended.status_code == 409
        assert (
            await ask("POST", "/entitlements/courtesy", {**grant, "tenant_id": "ten_x"}, key="k-nobody")
        ).status_code == 422
        assert (await ask("GET", "/tenants?account_id=acc_kranich")).json()["data"][0]["tenant_id"] == "ten_kranich"
        assert (await ask("GET", "/tenants/ten_x/access?sku=PRO-ANNUAL")).status_code == 404

    asyncio.run(story())
