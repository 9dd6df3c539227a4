"""W8 Chargeback won: the evidence convinces, the money comes back, and the customer never owed a cent."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.probes.scenarios import AMERICAN_PRO, Facts, deliver_again, dispute_posted, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("dispute-won", workflow="W8", every="24h", owner="ar")
async def dispute_won(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A dispute that is won brings the receipt back to the provider's account; invoice and tax stay settled."""
    sale = AMERICAN_PRO
    begun = await subscribe(tx, crm, billing, sale, method="disputed")
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    payment = str(paid["payment"])
    disputed: Facts = {"count": 1, "amount": sale.total, "currency": sale.currency}
    opened = await tx.see(
        "Dispute is open",
        billing.dispute_of(payment=payment),
        within="15m",
        fixed={**disputed, "status": "needs_response"},
    )
    dispute = str(opened["dispute"])
    settled: Facts = {"count": 1, "balance": 0, "output_tax": sale.tax, "deferred": sale.net}
    await tx.see(
        "The receipt waits apart",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="15m",
        want={"disputed": sale.total, "receivable": 0},
        fixed=settled,
        otherwise="state",
    )
    await tx.do(
        "Evidence sent",
        billing.answer_dispute(dispute=dispute, evidence="winning_evidence", key=tx.key("evidence")),
    )
    await tx.see(
        "Dispute is won",
        billing.dispute_of(payment=payment),
        within="1m",
        fixed={**disputed, "dispute": dispute, "status": "won"},
    )
    day = str(today(tx.now(), sale.entity))
    closed = dispute_posted(sale, day)
    await tx.see(
        "Its end is posted",
        erp.dispute_posting_of(dispute=dispute),
        within="15m",
        want={"closed_on": day, "closed_by": "psp"},
        fixed=closed,
        explained={"missing": {"closed_on": ""}},
    )
    await deliver_again(tx, sync, "Its end", dispute, "charge.dispute.closed")
    await tx.see(
        "The invoice stays settled",
        erp.receivable_of(invoice=begun.invoice),
        fixed={"count": 1, "open": 0, "total": sale.total, "cash_applied": sale.total, "credits_applied": 0},
    )
    await tx.see(
        "Nothing waits apart and nothing is owed, once",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="1m",
        fixed={**settled, "disputed": 0, "receivable": 0, "customer_credit": 0, "open_items": 0},
        hold="2m",
    )
    await tx.see(
        "Charge is no longer marked",
        billing.payment_of(payment=payment),
        within="1m",
        fixed={"count": 1, "disputed": False, "refunded": 0, "amount": sale.total, "status": "succeeded"},
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=dispute), fixed={"count": 0})
