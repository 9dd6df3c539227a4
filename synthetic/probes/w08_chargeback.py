"""W8 Chargeback: the bank of the card holder takes the money back; neither refund nor credit, not owed until lost."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.scenarios import GERMAN_PRO, Facts, posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("chargeback", workflow="W8", every="1h", owner="ar")
async def chargeback(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, sync: Port) -> None:
    """A disputed payment waits apart, changes neither revenue nor tax, and is owed again when the dispute is lost."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale, method="disputed")
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=posted(sale, begun))
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
    unchanged: Facts = {"count": 1, "balance": 0, "output_tax": sale.tax, "deferred": sale.net, "customer_credit": 0}
    await tx.see(
        "The receipt waits apart, revenue and tax are as they were",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="15m",
        want={"disputed": sale.total},
        fixed={**unchanged, "receivable": 0},
        otherwise="state",
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
    dispute = str(opened["dispute"])
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
    for how in ("duplicate", "replay"):
        await tx.do(
            f"Its end delivered again: {how}", sync.redeliver(object=dispute, kind="charge.dispute.closed", how=how)
        )
    await tx.see(
        "Owed once, and nothing waits apart",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="1m",
        fixed={**unchanged, "disputed": 0, "receivable": sale.total, "open_items": sale.total},
        hold="2m",
    )
