"""W9 Failed refund: the bank does not want the money back, so it stays owed to the customer, and is not lost."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.scenarios import GERMAN_PRO, Facts, first_posted, subscribe
from synthetic.transaction import Transaction, probe

_NET = 30000


@probe("failed-refund", workflow="W9", every="24h", owner="ar")
async def failed_refund(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A refund that the bank returns moves no cash: what was credited is still owed to the customer, to the cent."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale, method="unrefundable")
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    await tx.see("Applied", erp.receivable_of(invoice=begun.invoice), within="10m", want={"open": 0})
    tax = half_up(Fraction(_NET) * Fraction(sale.tax_percent) / 100)
    total = _NET + tax
    issued = await tx.do(
        "Credit issued and refunded",
        billing.credit(invoice=begun.invoice, net=_NET, refund=total, key=tx.key("credit")),
    )
    refund = str(issued["refund"])
    facts: Facts = {"count": 1, "amount": total, "currency": sale.currency, "payment": paid["payment"]}
    await tx.see(
        "Refund is on its way", billing.refund_of(refund=refund), within="10m", fixed={**facts, "status": "pending"}
    )
    await tx.see(
        "Credit posted",
        erp.credit_posting_of(credit=issued["id"]),
        within="15m",
        fixed={"count": 1, "net": _NET, "tax": tax, "total": total, "entity": sale.entity},
    )
    kept: Facts = {
        "count": 1,
        "balance": 0,
        "receivable": 0,
        "customer_credit": total,
        "clearing": sale.total,
        "output_tax": sale.tax - tax,
    }
    await tx.see(
        "It is owed to the customer while nobody knows",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed=kept,
    )
    await tx.advance("2 days")
    await tx.see(
        "Refund has failed",
        billing.refund_of(refund=refund),
        within="1h",
        want={"status": "failed"},
        fixed=facts,
    )
    await tx.see(
        "Charge shows no refund",
        billing.payment_of(payment=paid["payment"]),
        within="1h",
        want={"refunded": 0},
        fixed={"count": 1, "amount": sale.total, "status": "succeeded", "disputed": False},
    )
    await tx.see(
        "No cash has moved in the ledger",
        erp.refund_posting_of(refund=refund),
        within="1m",
        fixed={"count": 0},
        otherwise="application",
        hold="2m",
    )
    await tx.see(
        "It is still owed to the customer, and not lost",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed=kept,
    )
    await tx.see(
        "So it is in the legacy ledger",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        fixed=kept,
        otherwise="divergence",
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=refund), fixed={"count": 0})
