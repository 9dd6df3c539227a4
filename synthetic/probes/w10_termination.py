"""W10 Termination at once, refundable: what is not used is credited and refunded, and nothing goes on."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, share_of_term_before, term, today
from synthetic.probes.scenarios import GERMAN_PRO, first_posted, posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("termination", workflow="W10", every="1h", owner="revops")
async def termination(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port
) -> None:
    """A contract ended in mid-term keeps the price of the days that were used, to the cent, and gives the rest back."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.see("Paid", erp.receivable_of(invoice=begun.invoice), within="10m", want={"open": 0}, fixed={"count": 1})
    await tx.advance("181 days")
    day = str(today(tx.now(), sale.entity))
    earned = share_of_term_before(sale.net, start, end, day)
    through = days_later(day, -1)
    await tx.do("Revenue recognised", erp.recognise(ledger=sale.entity, through=through, key=tx.key("recognise")))
    await tx.do("Cancelled now", billing.cancel(subscription=begun.subscription, key=tx.key("cancel")))
    unearned = sale.net - earned
    tax = half_up(Fraction(unearned) * Fraction(sale.tax_percent) / 100)
    credit = unearned + tax
    issued = await tx.do(
        "What is not used is credited and refunded",
        billing.credit(invoice=begun.invoice, net=unearned, refund=credit, key=tx.key("credit")),
    )
    credited = posted(sale, begun, net=unearned, tax_base=unearned, tax=tax, total=credit, functional_total=credit)
    await tx.see(
        "Credit posted against what was not earned",
        erp.credit_posting_of(credit=issued["id"]),
        within="15m",
        fixed=credited | {"accounts": "2100,2200,2400", "posting_date": day, "posting_period": day[:7]},
        otherwise="proration",
    )
    await tx.see(
        "Nothing waits any more",
        erp.schedule_of(invoice=begun.invoice),
        fixed={"count": 1, "recognised": earned, "remaining": 0},
    )
    await tx.see(
        "Cash kept is what was earned and its tax",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="10m",
        want={"customer_credit": 0, "clearing": sale.total - credit},
        fixed={"balance": 0, "receivable": 0, "deferred": 0, "output_tax": sale.tax - tax},
        explained={"application": {"customer_credit": credit}, "duplicate": {"output_tax": sale.tax - 2 * tax}},
    )
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
        within="1m",
        fixed={"count": 1, "status": "canceled", "contract": begun.contract},
    )
    await tx.see(
        "Forecast says it is gone",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"status": "churned"},
        fixed={"count": 1, "contract": begun.contract},
    )
    await tx.see(
        "Never billed again",
        billing.invoices_of(subscription=begun.subscription),
        within="1m",
        fixed={"count": 1, "total": sale.total},
        hold="24h",
    )
