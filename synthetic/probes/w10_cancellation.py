"""W10 Cancellation at period end: paid for until then, nothing after it."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, term
from synthetic.probes.scenarios import AMERICAN_PRO, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("cancellation", workflow="W10", every="1h", owner="revops")
async def cancellation(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port
) -> None:
    """A cancelled subscription is used to its end and not a day longer, and never billed again."""
    sale = AMERICAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.see(
        "Entitlement is on",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        fixed={"count": 1, "status": "on", "features": "pro", "quantity": 1},
    )
    await tx.do(
        "Cancelled at period end",
        billing.cancel(subscription=begun.subscription, when="period_end", key=tx.key("cancel")),
    )
    await tx.see(
        "Subscription ends with its term",
        billing.subscription_of(subscription=begun.subscription),
        fixed={
            "count": 1,
            "ends": True,
            "start": start,
            "end": end,
            "plan": sale.sku,
            "quantity": 1,
            "price": sale.net,
            "contract": begun.contract,
            "entity": sale.entity,
            "status": "active",
        },
    )
    await tx.advance("180 days")
    await tx.see(
        "Still entitled, for it is paid",
        entitlements.entitlement_of(subscription=begun.subscription),
        fixed={"count": 1, "status": "on", "features": "pro", "quantity": 1},
    )
    await tx.advance(f"{days_of_term(start, end) - 179} days")
    await tx.see(
        "Entitlement has ended",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="5m",
        want={"status": "off"},
        fixed={"count": 1},
    )
    await tx.see(
        "Subscription is cancelled",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        want={"status": "canceled"},
        fixed={"count": 1, "start": start, "end": end},
    )
    await tx.do("Revenue recognised", erp.recognise(ledger=sale.entity, through=end, key=tx.key("recognise")))
    await tx.see(
        "Nothing waits any more",
        erp.schedule_of(invoice=begun.invoice),
        fixed={
            "count": 1,
            "total": sale.net,
            "recognised": sale.net,
            "remaining": 0,
            "start": start,
            "end": end,
        },
    )
    await tx.see(
        "Forecast says it is gone",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"status": "churned", "renews": None},
        fixed={"count": 1, "currency": sale.currency, "contract": begun.contract},
    )
    await tx.see(
        "Never billed again",
        billing.invoices_of(subscription=begun.subscription),
        within="1m",
        fixed={"count": 1, "total": sale.total},
        hold="24h",
    )
