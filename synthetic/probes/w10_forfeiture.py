"""W10 Termination at once without refund: what is not used is revenue on the day the contract ends, once."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, share_of_term_before, term, today
from synthetic.probes.scenarios import AMERICAN_PRO, Facts, deliver_again, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("forfeiture", workflow="W10", every="1h", owner="revops")
async def forfeiture(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, sync: Port) -> None:
    """A contract ended early without refund turns what was not used into termination revenue, and owes nothing."""
    sale = AMERICAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.see("Paid", erp.receivable_of(invoice=begun.invoice), within="10m", want={"open": 0}, fixed={"count": 1})
    await tx.advance("181 days")
    day = str(today(tx.now(), sale.entity))
    earned = share_of_term_before(sale.net, start, end, day)
    await tx.do(
        "Revenue recognised",
        erp.recognise(ledger=sale.entity, through=days_later(day, -1), key=tx.key("recognise")),
    )
    await tx.do(
        "Cancelled now, without refund",
        billing.cancel(subscription=begun.subscription, refundable=False, key=tx.key("cancel")),
    )
    given_up: Facts = {
        "count": 1,
        "source": "billing",
        "entity": sale.entity,
        "currency": sale.currency,
        "posting_date": day,
        "amount": sale.net - earned,
        "accounts": "2400,4300",
        "contract": begun.contract,
        "synthetic": True,
    }
    await tx.see(
        "What was not used is termination revenue",
        erp.termination_posting_of(subscription=begun.subscription),
        within="15m",
        fixed=given_up,
    )
    await tx.see(
        "Nothing waits any more",
        erp.schedule_of(invoice=begun.invoice),
        fixed={"count": 1, "total": sale.net, "recognised": earned, "remaining": 0},
    )
    await deliver_again(tx, sync, "The end", begun.subscription, "customer.subscription.deleted")
    await tx.see(
        "Still turned into revenue once",
        erp.termination_posting_of(subscription=begun.subscription),
        within="1m",
        fixed=given_up,
        hold="2m",
    )
    await tx.see(
        "The customer keeps nothing and owes nothing, and the tax stays owed",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={
            "count": 1,
            "balance": 0,
            "receivable": 0,
            "customer_credit": 0,
            "deferred": 0,
            "output_tax": sale.tax,
            "clearing": sale.total,
        },
    )
    await tx.see(
        "Entitlement has ended",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="5m",
        want={"status": "off"},
        fixed={"count": 1, "features": "pro"},
    )
    await tx.see(
        "Never billed again",
        billing.invoices_of(subscription=begun.subscription),
        within="1m",
        fixed={"count": 1, "total": sale.total},
        hold="24h",
    )
    await tx.see(
        "Nothing waits in the exception queue", sync.exceptions_of(object=begun.subscription), fixed={"count": 0}
    )
