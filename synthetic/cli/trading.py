"""Ordinary business in a sandbox: customers who are not synthetic, so that figures of real ledgers have something."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from synthetic.cli.landscape import read_landscape
from synthetic.deeds import Adapter, Attempt
from synthetic.deeds.calls import Kind
from synthetic.environments import Environment, open_environment
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.supervision.running import EDGE, Running, running_sandbox
from synthetic.systems.stripe import StripeBilling
from synthetic.systems.stripe_http import StripeWire

_ROWS = (
    ("DE-01", "DE", "EUR", "DE-S19", "CARD"),
    ("US-01", "US", "USD", "US-NY", "CARD"),
    ("JP-01", "JP", "JPY", "JP-S10", "CARD"),
    ("US-01", "US", "USD", "US-NY", "NET30"),
)
"""Company, country, currency, tax code, terms: what is sold goes round these."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sold:
    """What one customer bought."""

    customer: str
    subscription: str
    invoice: str
    entity: str
    currency: str
    terms: str


@dataclass(frozen=True, slots=True)
class _Shop:
    """The systems that business is done with."""

    place: Environment
    billing: Adapter
    running: Running

    def do(self, port: str, operation: str, key: str, **request: Any) -> Mapping[str, Any]:
        adapter = self.billing if port == "billing" else self.place.adapters[port]
        kind = Kind.DEED if key else Kind.LOOK
        found = adapter.call(Attempt(port, operation, request, kind, key, self.place.clock.now()))
        return found if isinstance(found, dict) else {}


def trade(folder: Path, customers: int, say: Callable[[str], None]) -> list[Sold]:
    """Sell subscriptions to some customers, pay by card or transfer, and let an hour pass.

    Every tenth event is delivered twice, as a provider does now and then.

    Raises:
        UsageError: No sandbox is up.
    """
    catalog = read_landscape()
    running = running_sandbox(folder)
    place = open_environment("sandbox", catalog, sandbox=folder)
    wire = StripeWire(running.children[EDGE].url, running.key)
    prices = CatalogPrices(Master(catalog), place.clock.now().date())
    shop = _Shop(place, StripeBilling(wire, prices, synthetic=False), running)
    stamp = f"{place.clock.now():%Y%m%d%H%M%S%f}"
    try:
        with place.alone():
            return _traded(shop, stamp, customers, say)
    finally:
        wire.close()
        place.close()


def _traded(shop: _Shop, stamp: str, customers: int, say: Callable[[str], None]) -> list[Sold]:
    sold = [_sell(shop, f"{stamp}-{n}", row) for n, row in zip(range(customers), itertools.cycle(_ROWS))]
    say(f"{len(sold)} customers subscribed")
    shop.running.advance(timedelta(minutes=1))
    paid = [_transfer(shop, one) for one in sold if one.terms != "CARD"]
    for one in sold[::10]:
        shop.do("sync", "redeliver", f"again-{one.invoice}", object=one.invoice, kind="invoice.finalized")
    say(f"{len(paid)} transfers arrived, {len(sold[::10])} events delivered twice")
    shop.running.advance(_HOUR)
    return sold


def _sell(shop: _Shop, name: str, row: tuple[str, str, str, str, str]) -> Sold:
    entity, country, currency, tax_code, terms = row
    names = {"account": f"ord-{name}", "name": f"Customer {name}"}
    shop.do("crm", "accept_account", f"account-{name}", **names, country=country)
    made = shop.do(
        "billing", "onboard", f"customer-{name}", **names, entity=entity, currency=currency, terms=terms, tax_id=""
    )
    begun = shop.do(
        "billing",
        "subscribe",
        f"subscription-{name}",
        customer=made["id"],
        sku="PRO-ANNUAL",
        entity=entity,
        currency=currency,
        tax_code=tax_code,
        contract=f"C-{name}",
        terms=terms,
    )
    return Sold(str(made["id"]), str(begun["id"]), str(begun["invoice"]), entity, currency, terms)


def _transfer(shop: _Shop, one: Sold) -> str:
    owed = shop.do("billing", "invoice_of", "", invoice=one.invoice)["total"]
    payment = {
        "id": f"bt-{one.invoice}",
        "version": 1,
        "customer_id": one.customer,
        "legal_entity": one.entity,
        "invoice_id": one.invoice,
        "amount": owed,
        "currency": one.currency,
        "method": "bank_transfer",
        "value_date": str(shop.place.clock.now().date()),
        "source_system": "bank",
        "synthetic": False,
    }
    return str(shop.do("erp", "receive_transfer", f"transfer-{one.invoice}", payment=payment)["id"])
