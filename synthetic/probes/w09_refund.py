"""W9 Refund by itself: what was credited and kept is paid out later, in part, as far as the bank."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.probes.scenarios import GERMAN_PRO, Facts, deliver_again, first_posted, subscribe
from synthetic.transaction import Transaction, probe

_NET = 30000
_BACK = 25000


@probe("later-refund", workflow="W9", every="24h", owner="ar")
async def later_refund(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A credit that is kept is refunded later: cash moves once, the rest stays owed, revenue and tax do not change."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    await tx.see("Applied", erp.receivable_of(invoice=begun.invoice), within="10m", want={"open": 0})
    payment = str(paid["payment"])
    tax = half_up(Fraction(_NET) * Fraction(sale.tax_percent) / 100)
    total = _NET + tax
    issued = await tx.do(
        "Credit issued, and kept for the customer",
        billing.credit(invoice=begun.invoice, net=_NET, aside=total, key=tx.key("credit")),
    )
    await tx.see(
        "Credit posted",
        erp.credit_posting_of(credit=issued["id"]),
        within="15m",
        fixed={"count": 1, "net": _NET, "tax": tax, "total": total, "entity": sale.entity},
    )
    kept: Facts = {"count": 1, "balance": 0, "receivable": 0, "output_tax": sale.tax - tax}
    await tx.see(
        "It is owed to the customer, and no cash has moved",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={**kept, "customer_credit": total, "clearing": sale.total},
    )
    await tx.advance("2 days")
    day = str(today(tx.now(), sale.entity))
    given = await tx.do("Part of it refunded", billing.refund(payment=payment, amount=_BACK, key=tx.key("refund")))
    again = await tx.do(
        "The same refund asked for again", billing.refund(payment=payment, amount=_BACK, key=tx.key("refund"))
    )
    refund = str(given["id"])
    await tx.see(
        "Refund reached the card, once",
        billing.refund_of(refund=again["id"]),
        within="10m",
        want={"status": "succeeded"},
        fixed={"count": 1, "amount": _BACK, "currency": sale.currency, "payment": payment},
    )
    await tx.see(
        "Charge shows it",
        billing.payment_of(payment=payment),
        fixed={"count": 1, "amount": sale.total, "refunded": _BACK, "disputed": False, "status": "succeeded"},
    )
    moved: Facts = {
        "count": 1,
        "source": "billing",
        "entity": sale.entity,
        "currency": sale.currency,
        "amount": _BACK,
        "accounts": "1050,2100",
        "posting_date": day,
        "synthetic": True,
    }
    await tx.see("Refund posted", erp.refund_posting_of(refund=refund), within="10m", fixed=moved)
    await deliver_again(tx, sync, "Refund", payment, "charge.refunded")
    await tx.see(
        "Refund waits in no exception queue",
        sync.exceptions_of(object=payment),
        fixed={"count": 0},
        hold="3m",
    )
    # looked at before, so that a view that lags may show what was: facts that were to change are waited for
    rest: Facts = {"customer_credit": total - _BACK, "clearing": sale.total - _BACK}
    twice = {"duplicate": {"customer_credit": total - 2 * _BACK, "clearing": sale.total - 2 * _BACK}}
    await tx.see(
        "The rest is still owed to the customer",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="1m",
        fixed=kept,
        want=rest,
        explained=twice,
        hold="2m",
    )
    await tx.see(
        "So it is in the legacy ledger",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        within="1m",
        fixed=kept,
        want=rest,
        otherwise="divergence",
        explained=twice,
    )
    await tx.see(
        "A refund takes nothing off the invoice, and no revenue",
        erp.receivable_of(invoice=begun.invoice),
        fixed={"count": 1, "open": 0, "total": sale.total, "cash_applied": sale.total, "credits_applied": 0},
    )
