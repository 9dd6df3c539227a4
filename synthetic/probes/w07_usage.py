"""W7 Usage to invoice: what was used is what is billed, in the month it was used."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, months_later, today
from synthetic.probes.scenarios import API_CALLS, Facts, subscribe
from synthetic.transaction import Transaction, probe

_EVENTS = (20000, 30000, 11237)


def rated(quantity: int) -> int:
    """Return the graduated price of a number of calls in cents: 10000 free, then 1.25, above 50000 0.80."""
    middle, above = min(max(quantity - 10000, 0), 40000), max(quantity - 50000, 0)
    return half_up(Fraction(middle) * Fraction("1.25") + Fraction(above) * Fraction("0.80"))


@probe("usage-to-invoice", workflow="W7", every="1h", owner="team-billing")
async def usage_to_invoice(tx: Transaction, crm: Port, billing: Port, erp: Port) -> None:
    """Every call is counted once, rated by its tiers, accrued at the end of the month and then billed."""
    sale = API_CALLS
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    since = int(began.timestamp())
    start = today(began, sale.entity)
    for number, quantity in enumerate(_EVENTS):
        await tx.do(
            f"{quantity} calls reported",
            billing.report_usage(
                customer=begun.customer,
                sku=sale.sku,
                quantity=quantity,
                event=f"{tx.run_id}-{number}",
                key=tx.key(f"usage-{number}"),
            ),
        )
    await tx.refused(
        "The same event does not count twice",
        billing.report_usage(
            customer=begun.customer, sku=sale.sku, quantity=_EVENTS[0], event=f"{tx.run_id}-0", key=tx.key("again")
        ),
        "duplicate_meter_event",
        category="usage",
    )
    total = sum(_EVENTS)
    until = since + 86400
    await tx.see(
        "All calls are counted",
        billing.usage_of(customer=begun.customer, sku=sale.sku, since=since, until=until),
        within="1m",
        fixed={"count": 1, "received": total},
    )
    net = rated(total)
    tax = half_up(Fraction(net) * Fraction(sale.tax_percent) / 100)
    end = today(months_later(began), sale.entity)
    await tx.advance(f"{days_of_term(str(start), str(end)) - 1} days")
    accrued_on = str(today(tx.now(), sale.entity))
    await tx.do(
        "Usage accrued before it is billed",
        erp.accrue_usage(
            usage={
                "id": f"acc-{tx.run_id}",
                "source_system": "billing",
                "customer_id": begun.customer,
                "legal_entity": sale.entity,
                "currency": sale.currency,
                "amount": net,
                "posting_date": accrued_on,
                "synthetic": True,
            },
            key=tx.key("accrue"),
        ),
    )
    await tx.see(
        "The accrual is in the month of the usage",
        erp.accrual_posting_of(usage=f"acc-{tx.run_id}"),
        fixed={
            "count": 1,
            "source": "billing",
            "entity": sale.entity,
            "currency": sale.currency,
            "amount": net,
            "accounts": "1150,4100",
            "posting_date": accrued_on,
            "synthetic": True,
        },
    )
    await tx.see(
        "It waits as unbilled",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={"count": 1, "balance": 0, "unbilled": net},
    )
    await tx.advance("2 days")
    billed = await tx.see(
        "Usage invoiced",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "paid", "open": 0, "quantity": total},
        fixed={
            "count": 1,
            "currency": sale.currency,
            "net": net,
            "tax": tax,
            "total": net + tax,
            "entity": sale.entity,
            "contract": begun.contract,
            "lines": 1,
            "start": str(start),
            "end": str(end),
        },
    )
    posting: Facts = {
        "count": 1,
        "entity": sale.entity,
        "ledger": sale.entity,
        "currency": sale.currency,
        "net": net,
        "tax": tax,
        "total": net + tax,
        "functional_total": net + tax,
        "rate": "",
        "balance": 0,
        "tax_code": sale.tax_code,
        "tax_reason": sale.tax_reason,
        "accounts": "1100,1150,2200",
        "contract": begun.contract,
        "legal_number": billed["legal_number"],
        "late": False,
        "synthetic": True,
        "reversed_by": None,
    }
    await tx.see(
        "Invoice settles what was accrued", erp.posting_of(invoice=billed["invoice"]), within="15m", fixed=posting
    )
    await tx.see(
        "Nothing is unbilled any more, and the revenue is in its month",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="1m",
        fixed={"count": 1, "balance": 0, "unbilled": 0},
        want={"receivable": 0, "open_items": 0},
        hold="2m",
    )
