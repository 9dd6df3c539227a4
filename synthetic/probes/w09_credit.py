"""W9 Credit note and refund: a credit lowers what is owed, revenue and tax; a refund moves cash only."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, share_of_term_before, term, today
from synthetic.probes.scenarios import GERMAN_PRO, Facts, deliver_again, first_posted, lines_posted, posted, subscribe
from synthetic.transaction import Transaction, probe

_NET = 30000


@probe("credit-and-refund", workflow="W9", every="1h", owner="ar")
async def credit_and_refund(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A service credit is posted once with the tax of its invoice, goes back to the card, and leaves nothing over."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    payment = str(paid["payment"])
    await tx.advance("94 days")
    day = str(today(tx.now(), sale.entity))
    earned = share_of_term_before(sale.net, start, end, day)
    through = days_later(day, -1)
    await tx.do("Revenue recognised", erp.recognise(ledger=sale.entity, through=through, key=tx.key("recognise")))
    tax = half_up(Fraction(_NET) * Fraction(sale.tax_percent) / 100)
    total = _NET + tax
    await tx.refused(
        "Nothing is credited beyond the invoice",
        billing.credit(invoice=begun.invoice, net=sale.net + 1, key=tx.key("too-much")),
        "credit_note_amount_too_large",
        category="amount",
    )
    issued = await tx.do(
        "Credit issued and refunded",
        billing.credit(
            invoice=begun.invoice,
            net=_NET,
            reason="product_unsatisfactory",
            scope="earned",
            refund=total,
            key=tx.key("credit"),
        ),
    )
    again = await tx.do(
        "The same credit asked for again",
        billing.credit(
            invoice=begun.invoice,
            net=_NET,
            reason="product_unsatisfactory",
            scope="earned",
            refund=total,
            key=tx.key("credit"),
        ),
    )
    credit, refund = str(issued["id"]), str(issued["refund"])
    noted = await tx.see(
        "Credit names its invoice",
        billing.credit_of(credit=again["id"]),
        fixed={"count": 1, "credit": credit, "status": "issued", "net": _NET, "total": total, "invoice": begun.invoice},
    )
    credited = posted(sale, begun, net=_NET, tax_base=_NET, tax=tax, total=total, functional_total=total) | {
        "accounts": "2100,2200,4000",
        "document_date": day,
        "posting_date": day,
        "posting_period": day[:7],
        "tax_period": day[:7],
        "legal_number": noted["legal_number"],
        "version": noted["version"],
        **lines_posted("4000", sale.tax_code, _NET),
    }
    await tx.see(
        "Credit posted against revenue and tax",
        erp.credit_posting_of(credit=credit),
        within="15m",
        fixed=credited,
    )
    await tx.see(
        "Refund reached the card",
        billing.refund_of(refund=refund),
        within="10m",
        want={"status": "succeeded"},
        fixed={"count": 1, "amount": total, "currency": sale.currency, "payment": payment},
    )
    await tx.refused(
        "Nothing is refunded beyond what was paid",
        billing.refund(payment=payment, amount=sale.total, key=tx.key("refund-too-much")),
        "amount_too_large",
        category="amount",
    )
    await tx.see(
        "Charge shows the refund",
        billing.payment_of(payment=payment),
        fixed={"count": 1, "amount": sale.total, "refunded": total, "disputed": False, "status": "succeeded"},
    )
    await tx.see(
        "Refund posted once",
        erp.refund_posting_of(refund=refund),
        within="10m",
        fixed={
            "count": 1,
            "source": "billing",
            "entity": sale.entity,
            "currency": sale.currency,
            "amount": total,
            "accounts": "1050,2100",
            "posting_date": day,
            "synthetic": True,
        },
    )
    await deliver_again(tx, sync, "Refund", payment, "charge.refunded")
    settled: Facts = {
        "balance": 0,
        "receivable": 0,
        "open_items": 0,
        "output_tax": sale.tax - tax,
        "deferred": sale.net - earned,
    }
    await tx.see(
        "Nothing is kept, nothing is owed",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="10m",
        want={"customer_credit": 0, "clearing": sale.total - total},
        fixed=settled,
        explained={"application": {"customer_credit": total}, "duplicate": {"output_tax": sale.tax - 2 * tax}},
        hold="2m",
    )
    await tx.see(
        "The invoice stays settled",
        erp.receivable_of(invoice=begun.invoice),
        fixed={"count": 1, "open": 0, "total": sale.total, "cash_applied": sale.total, "credits_applied": 0},
    )
    await tx.see(
        "What was earned was credited, so the schedule stays as it is",
        erp.schedule_of(invoice=begun.invoice),
        fixed={"count": 1, "total": sale.net, "recognised": earned, "remaining": sale.net - earned},
    )
    await tx.see(
        "Nothing waits in the exception queue",
        sync.exceptions_of(object=payment),
        fixed={"count": 0},
        hold="3m",
    )
    await tx.see(
        "The legacy ledger has the same credit and refund",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        within="1m",
        fixed={"balance": 0, "receivable": 0, "customer_credit": 0, "output_tax": sale.tax - tax},
        want={"clearing": sale.total - total},
        otherwise="divergence",
    )
