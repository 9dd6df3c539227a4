"""W6 Renewal with uplift: announced sixty days before, dearer from the first day of the new term and no day earlier."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, days_of_term, term
from synthetic.probes.scenarios import JAPANESE_PRO, Facts, first_posted, posted, subscribe
from synthetic.transaction import Transaction, probe

_UPLIFT = "5"


@probe("renewal-uplift", workflow="W6", every="24h", owner="revops")
async def renewal_uplift(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port
) -> None:
    """A renewal is announced in time, costs what was agreed for the new term, and is won once."""
    sale = JAPANESE_PRO
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    start, end = term(began, sale.entity)
    _, after = term(began, sale.entity, 2)
    await tx.see(
        "First term posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun)
    )
    due: Facts = {
        "count": 1,
        "contract": begun.contract,
        "due_date": end,
        "notice_date": days_later(end, -60),
        "won": 0,
    }
    await tx.see(
        "Renewal is planned, and not announced yet",
        crm.renewal_of(subscription=begun.subscription),
        within="5m",
        fixed={**due, "status": "planned"},
    )
    uplifted = replace(sale, net=half_up(Fraction(sale.net) * (1 + Fraction(_UPLIFT) / 100)))
    await tx.do(
        "Five percent more agreed from the renewal on",
        billing.plan_renewal(subscription=begun.subscription, uplift=_UPLIFT, key=tx.key("uplift")),
    )
    whole = days_of_term(start, end)
    await tx.advance(f"{whole - 58} days", since=began)
    await tx.see(
        "Announced sixty days before",
        crm.renewal_of(subscription=begun.subscription),
        within="5m",
        fixed={**due, "status": "noticed"},
    )
    await tx.see(
        "The running term costs what it did",
        billing.subscription_of(subscription=begun.subscription),
        fixed={"count": 1, "status": "active", "price": sale.net, "quantity": 1, "start": start, "end": end},
    )
    await tx.see(
        "Nothing is billed for it before its day",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 1, "total": sale.total},
    )
    await tx.advance(f"{whole} days", since=began)
    await tx.see(
        "New term at the new price",
        billing.subscription_of(subscription=begun.subscription),
        within="1h",
        want={"status": "active", "start": end, "end": after, "price": uplifted.net},
        fixed={"count": 1, "plan": sale.sku, "quantity": 1, "contract": begun.contract, "entity": sale.entity},
    )
    renewed = await tx.see(
        "Renewal invoice is over the new price",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "paid", "start": end, "open": 0},
        fixed={
            "count": 1,
            "net": uplifted.net,
            "tax": uplifted.tax,
            "total": uplifted.total,
            "currency": sale.currency,
            "entity": sale.entity,
            "lines": 1,
            "end": after,
        },
    )
    await tx.see(
        "Renewal posted",
        erp.posting_of(invoice=renewed["invoice"]),
        within="15m",
        fixed=posted(uplifted, begun, legal_number=renewed["legal_number"]),
    )
    await tx.see(
        "Revenue of the new term waits over its own days",
        erp.schedule_of(invoice=renewed["invoice"]),
        fixed={"count": 1, "total": uplifted.net, "recognised": 0, "start": end, "end": after},
    )
    await tx.see(
        "Won once, and the next one is planned",
        crm.renewal_of(subscription=begun.subscription),
        within="5m",
        want={"won": 1, "status": "planned", "due_date": after, "notice_date": days_later(after, -60)},
        fixed={"count": 1, "contract": begun.contract},
    )
    await tx.see(
        "Forecast has the new value",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"arr": uplifted.net},
        fixed={"count": 1, "status": "live", "currency": sale.currency, "contract": begun.contract},
    )
    await tx.see(
        "Entitled without a gap",
        entitlements.entitlement_of(subscription=begun.subscription),
        fixed={"count": 1, "status": "on", "features": "pro", "quantity": 1},
        hold="2m",
    )
