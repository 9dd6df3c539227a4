"""W6 Renewal: the next term begins where the last one ends, billed once, entitled throughout."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import day_at, days_of_term, term
from synthetic.probes.scenarios import JAPANESE_PRO, posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("renewal", workflow="W6", every="24h", owner="revops")
async def renewal(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port) -> None:
    """A subscription renews without gap or overlap, is billed once in yen, and stays entitled."""
    sale = JAPANESE_PRO
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    start, end = term(began, sale.entity)
    await tx.see(
        "First term posted",
        erp.posting_of(invoice=begun.invoice),
        within="15m",
        fixed=posted(sale, begun, posting_date=start, posting_period=start[:7]),
    )
    await tx.advance(f"{days_of_term(start, end)} days")
    _, after = term(began, sale.entity, 2)
    _, after_in_utc = term(began, "", 2)
    await tx.see(
        "New term begins where the old one ended",
        billing.subscription_of(subscription=begun.subscription),
        within="1h",
        want={"status": "active", "start": end, "end": after},
        fixed={
            "count": 1,
            "plan": sale.sku,
            "quantity": 1,
            "price": sale.net,
            "contract": begun.contract,
            "entity": sale.entity,
            "ends": False,
        },
    )
    await tx.see(
        "Still entitled at the boundary",
        entitlements.entitlement_of(subscription=begun.subscription),
        fixed={"count": 1, "status": "on", "features": "pro", "quantity": 1},
    )
    renewed = await tx.see(
        "Renewal invoice paid",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "paid", "start": end, "open": 0},
        fixed={
            "count": 1,
            "currency": sale.currency,
            "net": sale.net,
            "tax": sale.tax,
            "total": sale.total,
            "entity": sale.entity,
            "contract": begun.contract,
            "lines": 1,
            "end": after,
        },
    )
    invoice = str(renewed["invoice"])
    billed = day_at(renewed["version"], sale.entity)
    await tx.see(
        "One invoice per term",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 2, "total": 2 * sale.total},
    )
    await tx.see(
        "Renewal posted",
        erp.posting_of(invoice=invoice),
        within="15m",
        fixed=posted(
            sale,
            begun,
            document_date=billed,
            posting_date=billed,
            posting_period=billed[:7],
            tax_period=billed[:7],
            legal_number=renewed["legal_number"],
        ),
    )
    await tx.see(
        "No revenue of the new term before it begins",
        erp.schedule_of(invoice=invoice),
        fixed={
            "count": 1,
            "total": sale.net,
            "recognised": 0,
            "remaining": sale.net,
            "start": end,
            "end": after,
            "method": "daily",
            "items": "",
        },
    )
    await tx.see(
        "Payment applied",
        erp.receivable_of(invoice=invoice),
        within="10m",
        want={"open": 0},
        fixed={"count": 1, "total": sale.total, "currency": sale.currency, "collected_by": "billing"},
    )
    await tx.see(
        "Forecast has the next renewal",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        fixed={
            "count": 1,
            "status": "live",
            "arr": sale.net,
            "renews": after_in_utc,
            "currency": sale.currency,
            "contract": begun.contract,
        },
        hold="2m",
    )
