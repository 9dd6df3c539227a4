"""W8 Chargeback: the bank of the card holder takes the money back; neither refund nor credit, not owed until lost."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.probes.scenarios import GERMAN_PRO, Facts, deliver_again, dispute_posted, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("chargeback", workflow="W8", every="1h", owner="ar")
async def chargeback(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, sync: Port) -> None:
    """A disputed payment waits apart, changes neither revenue nor tax, and is owed again when the dispute is lost."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale, method="disputed")
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    payment = str(paid["payment"])
    opened = await tx.see(
        "Dispute is open",
        billing.dispute_of(payment=payment),
        within="15m",
        fixed={"count": 1, "status": "needs_response", "amount": sale.total, "currency": sale.currency},
    )
    await tx.see(
        "Charge is marked",
        billing.payment_of(payment=payment),
        within="1m",
        fixed={"count": 1, "disputed": True, "refunded": 0, "amount": sale.total},
    )
    dispute = str(opened["dispute"])
    day = str(today(tx.now(), sale.entity))
    taken = dispute_posted(sale, day)
    await tx.see(
        "Amount and fee are taken once",
        erp.dispute_posting_of(dispute=dispute),
        within="15m",
        fixed={**taken, "closed_on": "", "closed_by": ""},
    )
    unchanged: Facts = {"count": 1, "balance": 0, "output_tax": sale.tax, "deferred": sale.net, "customer_credit": 0}
    await tx.see(
        "The receipt waits apart, revenue and tax are as they were",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="15m",
        want={"disputed": sale.total, "receivable": 0},
        fixed=unchanged,
    )
    await tx.see(
        "Nothing is owed until it is lost",
        erp.receivable_of(invoice=begun.invoice),
        fixed={"count": 1, "open": 0, "total": sale.total, "cash_applied": sale.total, "credits_applied": 0},
    )
    await tx.see(
        "Still entitled",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        want={"status": "on"},
        fixed={"count": 1, "features": "pro"},
    )
    await tx.see(
        "It waits apart in the legacy ledger too",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        within="1m",
        want={"disputed": sale.total},
        fixed={"balance": 0, "receivable": 0, "output_tax": sale.tax},
        otherwise="divergence",
    )
    await tx.do("Dispute given up", billing.close_dispute(dispute=dispute, key=tx.key("close")))
    await tx.see(
        "Dispute is lost",
        billing.dispute_of(payment=payment),
        within="1m",
        fixed={"count": 1, "dispute": dispute, "status": "lost", "amount": sale.total},
    )
    owed: Facts = {"count": 1, "total": sale.total, "collected_by": "billing", "dunning_level": 0}
    await tx.see(
        "All of it is owed again",
        erp.receivable_of(invoice=begun.invoice),
        within="15m",
        want={"open": sale.total},
        fixed=owed,
    )
    await deliver_again(tx, sync, "Its end", dispute, "charge.dispute.closed")
    await tx.see(
        "Owed once, and nothing waits apart",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="1m",
        fixed={**unchanged, "disputed": 0, "receivable": sale.total, "open_items": sale.total},
        hold="2m",
    )
    await tx.see(
        "Its end is posted on the day it ended",
        erp.dispute_posting_of(dispute=dispute),
        fixed={**taken, "closed_on": day, "closed_by": "psp"},
    )
    await tx.see(
        "Owed again in the legacy ledger too",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        within="1m",
        want={"disputed": 0, "receivable": sale.total},
        fixed={"balance": 0, "output_tax": sale.tax},
        otherwise="divergence",
    )
