"""W8 Paid after suspension: what was taken away comes back at once, and nobody chases a payer."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, term
from synthetic.probes.scenarios import GERMAN_PRO, Facts, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("restoration", workflow="W8", every="24h", owner="ar")
async def restoration(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port
) -> None:
    """Who pays after the suspension of day 21 has everything back in minutes, and is neither chased nor ended."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see(
        "First invoice posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun)
    )
    await tx.do(
        "Card will be declined from now on",
        billing.change_method(customer=begun.customer, method="failing", key=tx.key("failing")),
    )
    renews = tx.now()
    await tx.advance(f"{days_of_term(start, end) + 22} days", since=renews)
    failed = await tx.see(
        "Renewal is declined, retried and open",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "open", "start": end, "attempts": 5},
        fixed={"count": 1, "total": sale.total, "open": sale.total, "payment": None},
        otherwise="collections",
    )
    invoice = str(failed["invoice"])
    entitled: Facts = {"count": 1, "customer": begun.customer, "features": "pro", "quantity": 1}
    await tx.see(
        "Suspended on day 21",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="5m",
        want={"status": "suspended"},
        fixed=entitled,
    )
    await tx.do(
        "Customer gives another card", billing.change_method(customer=begun.customer, method="card", key=tx.key("good"))
    )
    await tx.do("Customer pays", billing.pay(invoice=invoice, key=tx.key("pay")))
    await tx.see(
        "Subscription is active again",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        want={"status": "active"},
        fixed={"count": 1, "plan": sale.sku, "contract": begun.contract, "start": end},
        otherwise="collections",
    )
    await tx.see(
        "Entitlement is back",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        want={"status": "on"},
        fixed=entitled,
    )
    owed: Facts = {
        "count": 1,
        "total": sale.total,
        "written_off": 0,
        "credits_applied": 0,
        "collected_by": "billing",
        "dunning_level": 0,
    }
    await tx.see("Nothing is owed", erp.receivable_of(invoice=invoice), within="10m", want={"open": 0}, fixed=owed)
    await tx.see(
        "Paid in full and no more is tried",
        billing.invoice_of(invoice=invoice),
        within="1m",
        fixed={"count": 1, "status": "paid", "attempts": 6, "open": 0},
        otherwise="collections",
    )
    await tx.advance(f"{days_of_term(start, end) + 35} days", since=renews)
    await tx.see(
        "Day 30 has passed, and nothing has ended",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        fixed={"count": 1, "status": "active", "contract": begun.contract, "start": end},
        otherwise="collections",
    )
    await tx.see(
        "Still entitled",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="1m",
        fixed={**entitled, "status": "on"},
        hold="2m",
    )
    await tx.see(
        "The renewal is won in the CRM",
        crm.renewal_of(subscription=begun.subscription),
        within="5m",
        fixed={"count": 1, "contract": begun.contract},
        want={"won": 1},
    )
    await tx.see(
        "Forecast counts it",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"status": "live", "arr": sale.net},
        fixed={"count": 1, "contract": begun.contract, "currency": sale.currency},
    )
    await tx.see(
        "Two invoices, and no third",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 2, "total": 2 * sale.total},
    )
