"""W5 Downgrade: fewer seats from the renewal on; until then everything stays, and nothing is given back."""

from __future__ import annotations

from dataclasses import replace

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, term
from synthetic.probes.scenarios import GERMAN_SEATS, Facts, first_posted, posted, subscribe
from synthetic.transaction import Transaction, probe

_SEAT = 24000
_FEWER = 8


@probe("downgrade", workflow="W5", every="24h", owner="revops")
async def downgrade(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port) -> None:
    """Two seats fewer, asked for in mid-term, take effect when the term ends: no credit, no gap, no seat lost."""
    sale = GERMAN_SEATS
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    start, end = term(began, sale.entity)
    _, after = term(began, sale.entity, 2)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.advance("90 days", since=began)
    await tx.do(
        "Two seats fewer from the renewal on",
        billing.plan_renewal(subscription=begun.subscription, quantity=_FEWER, key=tx.key("fewer")),
    )
    running: Facts = {
        "count": 1,
        "plan": sale.sku,
        "price": _SEAT,
        "contract": begun.contract,
        "entity": sale.entity,
        "ends": False,
    }
    await tx.see(
        "The running term keeps its seats",
        billing.subscription_of(subscription=begun.subscription),
        within="1m",
        fixed={**running, "quantity": sale.quantity, "start": start, "end": end, "status": "active"},
    )
    await tx.see(
        "Nothing is credited or billed for it",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 1, "total": sale.total},
    )
    entitled: Facts = {"count": 1, "customer": begun.customer, "status": "on", "features": "pro-seat"}
    await tx.see(
        "No seat is lost",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="1m",
        fixed={**entitled, "quantity": sale.quantity},
        hold="2m",
    )
    await tx.see(
        "The revenue that waits is as it was",
        erp.schedule_of(invoice=begun.invoice),
        fixed={"count": 1, "total": sale.net, "remaining": sale.net, "start": start, "end": end},
    )
    await tx.advance(f"{days_of_term(start, end)} days", since=began)
    fewer = replace(sale, net=_FEWER * _SEAT, quantity=_FEWER)
    await tx.see(
        "The new term has fewer seats",
        billing.subscription_of(subscription=begun.subscription),
        within="1h",
        want={"quantity": _FEWER, "start": end, "end": after, "status": "active"},
        fixed=running,
    )
    renewed = await tx.see(
        "Renewal is over fewer seats",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "paid", "start": end, "open": 0},
        fixed={"count": 1, "net": fewer.net, "tax": fewer.tax, "total": fewer.total, "lines": 1, "quantity": _FEWER},
    )
    await tx.see("Renewal posted", erp.posting_of(invoice=renewed["invoice"]), within="15m", fixed=posted(fewer, begun))
    await tx.see(
        "Entitlement has fewer seats",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        want={"quantity": _FEWER},
        fixed=entitled,
    )
    await tx.see(
        "Forecast has the lower value",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"arr": fewer.net},
        fixed={"count": 1, "status": "live", "contract": begun.contract},
    )
    await tx.see(
        "Two invoices, one for each term",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 2, "total": sale.total + fewer.total},
    )
