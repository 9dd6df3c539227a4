"""W8 Never paid: retried, suspended on day 21, ended on day 30, and billed no more."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, term
from synthetic.probes.scenarios import JAPANESE_PRO, Facts, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("dunning-to-the-end", workflow="W8", every="24h", owner="ar")
async def dunning_to_the_end(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port
) -> None:
    """A renewal that is never paid is suspended after three weeks and ended after thirty days, step by step."""
    sale = JAPANESE_PRO
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
    await tx.advance(f"{days_of_term(start, end)} days")
    failed = await tx.see(
        "Renewal is declined and open",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "open", "start": end, "attempts": 1},
        fixed={"count": 1, "total": sale.total, "open": sale.total, "payment": None},
        otherwise="collections",
    )
    invoice = str(failed["invoice"])
    await tx.advance(f"{days_of_term(start, end) + 19} days", since=renews)
    entitled: Facts = {"count": 1, "customer": begun.customer, "features": "pro", "quantity": 1}
    await tx.see(
        "Still entitled on day 19, for it is only late",
        entitlements.entitlement_of(subscription=begun.subscription),
        fixed={**entitled, "status": "on"},
    )
    await tx.see(
        "Retried on days 1, 3, 7 and 14",
        billing.invoice_of(invoice=invoice),
        within="5m",
        want={"attempts": 5, "status": "open"},
        fixed={"count": 1, "open": sale.total},
        otherwise="collections",
    )
    await tx.advance(f"{days_of_term(start, end) + 22} days", since=renews)
    await tx.see(
        "Subscription is unpaid on day 21",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        want={"status": "unpaid"},
        fixed={"count": 1, "plan": sale.sku, "contract": begun.contract, "start": end},
        otherwise="collections",
    )
    await tx.see(
        "Suspended on day 21",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="5m",
        want={"status": "suspended"},
        fixed=entitled,
    )
    await tx.see(
        "All of it is owed, and nobody else chases it",
        erp.receivable_of(invoice=invoice),
        fixed={
            "count": 1,
            "open": sale.total,
            "total": sale.total,
            "cash_applied": 0,
            "written_off": 0,
            "collected_by": "billing",
            "dunning_level": 0,
        },
    )
    await tx.advance(f"{days_of_term(start, end) + 31} days", since=renews)
    await tx.see(
        "Subscription has ended on day 30",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        want={"status": "canceled"},
        fixed={"count": 1, "contract": begun.contract},
        otherwise="collections",
    )
    await tx.see(
        "Entitlement has ended",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="5m",
        want={"status": "off"},
        fixed=entitled,
    )
    await tx.see(
        "Renewal is lost in the CRM",
        crm.renewal_of(subscription=begun.subscription),
        within="5m",
        want={"status": "lost"},
        fixed={"count": 1, "contract": begun.contract, "won": 1},
    )
    await tx.see(
        "Forecast says it is gone",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"status": "churned"},
        fixed={"count": 1, "contract": begun.contract},
    )
    await tx.see(
        "Never tried and never billed again",
        billing.invoice_of(invoice=invoice),
        within="1m",
        fixed={"count": 1, "attempts": 5, "open": sale.total, "status": "open"},
        otherwise="collections",
        hold="2h",
    )
    await tx.see(
        "Two invoices, and no third",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 2, "total": 2 * sale.total},
    )
