"""W5 Amendment: more seats in mid-term, prorated, billed, entitled, posted and deferred."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from harness.model.money import cumulative, half_up, share
from synthetic.deeds.ports import Port
from synthetic.probes.days import seconds_of_term, term, today
from synthetic.probes.scenarios import GERMAN_SEATS, Facts, deliver_again, lines_billed, lines_posted, posted, subscribe
from synthetic.transaction import Transaction, probe

_SEAT = 24000
_MORE = 15


def _prorated(paid: int, began: datetime, now: datetime) -> tuple[int, int]:
    """Return the credit for what was paid, and the charge for what is used from now on."""
    passed, whole = seconds_of_term(began, now)
    left = whole - passed
    return -half_up(Fraction(paid * left, whole)), half_up(Fraction(_MORE * _SEAT * left, whole))


@probe("amendment", workflow="W5", every="1h", owner="revops")
async def amendment(  # noqa: PLR0913, PLR0917  (a probe takes the ports it asks)
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port, sync: Port
) -> None:
    """Five more seats in mid-term are charged for the days that are left, everywhere alike."""
    sale = GERMAN_SEATS
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    start, end = term(began, sale.entity)
    await tx.see(
        "First invoice posted",
        erp.posting_of(invoice=begun.invoice),
        within="15m",
        fixed=posted(sale, begun, posting_date=start),
    )
    await tx.advance("90 days", since=began)
    passed, whole = seconds_of_term(began, tx.now())
    left = whole - passed
    net = sum(_prorated(sale.net, began, tx.now()))
    tax = half_up(Fraction(net * 19, 100))
    day = today(tx.now(), sale.entity)
    shown = await tx.see(
        "Preview shows the charge",
        billing.preview_of(subscription=begun.subscription, quantity=_MORE),
        fixed={"count": 1, "total": net + tax},
        otherwise="proration",
    )
    amended = await tx.do(
        "Five seats more", billing.amend(subscription=begun.subscription, quantity=_MORE, key=tx.key("amend"))
    )
    invoice = str(amended["invoice"])
    # billing prorates by seconds: those that are left once it was done, also if it had to be asked again
    nets = _prorated(sale.net, began, tx.now())
    net = sum(nets)
    tax = half_up(Fraction(net * 19, 100))
    await tx.see(
        "Subscription has the new quantity and the old end",
        billing.subscription_of(subscription=begun.subscription),
        within="1m",
        fixed={
            "count": 1,
            "plan": sale.sku,
            "quantity": _MORE,
            "price": _SEAT,
            "contract": begun.contract,
            "entity": sale.entity,
            "start": start,
            "end": end,
            "ends": False,
        },
        want={"status": "active"},
    )
    await tx.see(
        "Entitlement has the new quantity",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        want={"quantity": _MORE, "status": "on"},
        fixed={"count": 1, "features": "pro-seat"},
    )
    await tx.see(
        "Invoice over the difference",
        billing.invoice_of(invoice=invoice),
        within="5m",
        want={"status": "paid", "open": 0},
        fixed={
            "count": 1,
            "invoice": invoice,
            "currency": sale.currency,
            "net": net,
            "tax": tax,
            "total": shown["total"],
            "entity": sale.entity,
            "contract": begun.contract,
            "lines": 2,
            **lines_billed(sale.sku, *zip(nets, cumulative(tax, nets), strict=True)),
            "start": str(day),
            "end": end,
        },
        explained={"proration": {"net": share(_MORE * _SEAT - sale.net, left // 86400, whole // 86400)}},
    )
    difference: Facts = {
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
        "accounts": sale.accounts,
        "contract": begun.contract,
        "document_date": str(day),
        "posting_date": str(day),
        "posting_period": str(day)[:7],
        "tax_period": str(day)[:7],
        "late": False,
        "synthetic": True,
        "reversed_by": None,
        **lines_posted("2400", sale.tax_code, *nets),
    }
    await tx.see("Difference posted", erp.posting_of(invoice=invoice), within="15m", fixed=difference, hold="2m")
    await tx.see(
        "The difference waits over the days that are left",
        erp.schedule_of(invoice=invoice),
        fixed={"count": 2, "total": net, "recognised": 0, "remaining": net, "start": str(day), "end": end},
    )
    await tx.see(
        "Forecast has the new value",
        analytics.forecast_of(subscription=begun.subscription),
        within="5m",
        want={"arr": _MORE * _SEAT},
        fixed={"count": 1, "status": "live", "currency": sale.currency, "contract": begun.contract},
    )
    await tx.see(
        "Nothing is owed",
        erp.receivable_of(invoice=invoice),
        within="10m",
        want={"open": 0},
        fixed={"count": 1, "total": net + tax, "currency": sale.currency, "collected_by": "billing"},
    )
    await tx.see(
        "The legacy ledger has the difference too",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        within="15m",
        fixed={"count": 1, "balance": 0},
        want={"deferred": sale.net + net, "output_tax": sale.tax + tax, "receivable": 0, "open_items": 0},
        otherwise="divergence",
    )
    first, ways = "customer.subscription.created", ("replay", "out-of-order")
    await deliver_again(tx, sync, "The first version", begun.subscription, first, ways)
    await tx.see(
        "An older version changes nothing",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="1m",
        fixed={"count": 1, "quantity": _MORE, "status": "on"},
        otherwise="order",
        hold="2m",
    )
