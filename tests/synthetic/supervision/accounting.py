"""A shop on a running sandbox, and the proof that every cent of it is in both books, once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from datetime import timedelta

from harness.model import HarnessError
from synthetic.deeds import Call, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.environments import open_environment
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.starting import health
from synthetic.systems.stripe_http import StripeWire

SALES = (("DE-01", "EUR", "DE-S19", "DE"), ("US-01", "USD", "US-NY", "US"), ("JP-01", "JPY", "JP-S10", "JP"))
PATIENCE = 20.0


class Shop:
    """Sells on one sandbox; whatever could not be reached is asked again under its key, as every client must."""

    def __init__(self, folder, catalog):
        self.folder = folder
        self.place = open_environment("sandbox", catalog, sandbox=folder)
        self.boundary = self.place.boundary()

    async def ask(self, port, operation, key="", **request):
        kind = Kind.DEED if key else Kind.LOOK
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return await self.boundary.perform(Call(port, operation, request, kind, key))
            except UnreachableError:
                assert time.monotonic() < deadline, f"{port}.{operation} is never reached again"
                await asyncio.sleep(0.02)

    async def sell(self, number, *, terms="CARD", method="card", quantity=1):
        """Sell one subscription, to the entity and currency whose turn it is."""
        entity, currency, tax_code, country = SALES[number % len(SALES)]
        name = f"k{number}"
        account = await self.ask(
            "crm", "accept_account", f"{name}-a", account=name, name=f"Customer {number}", country=country
        )
        del account
        customer = await self.ask(
            "billing",
            "onboard",
            f"{name}-c",
            account=name,
            name=f"Customer {number}",
            entity=entity,
            currency=currency,
            terms=terms,
            method=method,
        )
        return await self.ask(
            "billing",
            "subscribe",
            f"{name}-s",
            customer=customer["id"],
            sku="PRO-ANNUAL",
            entity=entity,
            currency=currency,
            tax_code=tax_code,
            contract=f"C-{name}",
            quantity=quantity,
            terms=terms,
        )

    def settled(self):
        """Wait until nothing is on its way."""
        deadline = time.monotonic() + PATIENCE
        while True:
            # a second passes, in which each part does what is due; whoever died meanwhile is asked again
            with suppress(HarnessError):
                Running.read(self.folder).advance(timedelta(seconds=1))
            parts = {part["name"]: part for part in health(self.folder)["parts"]}
            if all(part["ok"] for part in parts.values()):
                waiting = parts["edge"]["undelivered"] + parts["sync"]["waiting"]
                if not waiting:
                    return parts
            assert time.monotonic() < deadline, f"never settled: {parts}"
            time.sleep(0.02)


@contextmanager
def shop(folder, catalog):
    """A shop, closed at the end."""
    found = Shop(folder, catalog)
    try:
        yield found
    finally:
        found.place.close()


def billed(folder):
    """Return all invoices and charges of billing, through Stripe's API."""
    running = Running.read(folder)
    with closing(StripeWire(running.children["edge"].url, running.key)) as wire:
        return {kind: list(_all(wire, kind)) for kind in ("invoices", "charges")}


def _all(wire, kind):
    after = {}
    while True:
        page = wire("GET", kind, {"limit": 100, **after}, "")
        yield from page["data"]
        if not page["has_more"]:
            return
        after = {"starting_after": page["data"][-1]["id"]}


def unaccounted(folder, catalog):
    """Return, as sentences, whatever is not in both books exactly once, to the cent.

    Every finalised invoice over an amount: one posting per ledger with its net, tax and total. Every charge that
    succeeded: applied once, whole. What is open in the ledger is what is open in billing. Debits are credits.
    """
    with shop(folder, catalog) as found:
        return asyncio.run(_unaccounted(found, billed(folder)))


async def _unaccounted(found, books):
    wrong = []
    owed = Counter()
    for invoice in books["invoices"]:
        if invoice["status"] in ("draft", "void") or not invoice["total"]:
            continue
        entity = invoice["metadata"]["legal_entity"]
        posting = await found.ask("erp", "posting_of", invoice=invoice["id"], ledger=entity)
        seen = {name: posting.get(name) for name in ("count", "entity", "total", "tax", "currency", "balance")}
        wanted = {
            "count": 1,
            "entity": entity,
            "total": invoice["total"],
            "tax": invoice["tax"],
            "currency": invoice["currency"].upper(),
            "balance": 0,
        }
        if seen != wanted:
            wrong.append(f"{invoice['id']}: posted {seen}, billed {wanted}")
        item = await found.ask("erp", "receivable_of", invoice=invoice["id"], ledger=entity)
        if item.get("open") != invoice["amount_remaining"]:
            wrong.append(
                f"{invoice['id']}: open {item.get('open')} in the ledger, {invoice['amount_remaining']} billed"
            )
        owed[entity] += invoice["amount_remaining"]
    for charge in books["charges"]:
        if charge["status"] == "succeeded":
            applied = await found.ask("erp", "application_of", payment=charge["id"])
            if (applied.get("count"), applied.get("amount")) != (1, charge["amount"]):
                wrong.append(f"{charge['id']}: applied {applied}, charged {charge['amount']}")
    for entity in ("DE-01", "US-01", "JP-01"):
        balances = await found.ask("erp", "balances_of", ledger=entity)
        if balances["balance"] or balances["receivable"] != owed[entity] or balances["open_items"] != owed[entity]:
            wrong.append(f"{entity}: {balances}, billing is owed {owed[entity]}")
    return wrong
