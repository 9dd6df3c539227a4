"""W4 Payout: what the provider held is charges less refunds and fees, and that is the bank line, to the cent."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds import Call
from synthetic.deeds.ports import Port
from synthetic.probes.scenarios import GERMAN_PRO, Facts, deliver_again, first_posted, subscribe
from synthetic.transaction import Transaction, probe

_REFUNDED = 20000


@probe("payout", workflow="W4", every="24h", owner="treasury")
async def payout(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A payout is charges less refunds and fees, arrives as announced, and clears the provider's account."""
    sale = GERMAN_PRO
    await tx.do("What is held from before is paid out", _pay_out(tx, billing, "before"))
    await tx.advance("3 days")
    clearing = await tx.see(
        "Provider's account before", erp.balances_of(ledger=sale.entity), within="15m", fixed={"count": 1, "balance": 0}
    )
    begun = await subscribe(tx, crm, billing, sale)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    await tx.see(
        "Applied", erp.receivable_of(invoice=begun.invoice), within="10m", want={"open": 0}, fixed={"count": 1}
    )
    back = _REFUNDED + half_up(Fraction(_REFUNDED) * Fraction(sale.tax_percent) / 100)
    issued = await tx.do(
        "Part of it credited",
        billing.credit(invoice=begun.invoice, net=_REFUNDED, aside=back, key=tx.key("credit")),
    )
    await tx.see(
        "Credit posted",
        erp.credit_posting_of(credit=issued["id"]),
        within="15m",
        fixed={"count": 1, "total": back, "currency": sale.currency, "entity": sale.entity},
    )
    given = await tx.do("And refunded", billing.refund(payment=paid["payment"], amount=back, key=tx.key("refund")))
    await tx.see(
        "Refund posted",
        erp.refund_posting_of(refund=given["id"]),
        within="15m",
        fixed={"count": 1, "amount": back, "currency": sale.currency, "entity": sale.entity},
    )
    fees = half_up(Fraction(sale.total) * Fraction("0.015")) + 25
    net = sale.total - back - fees
    made = await tx.do("All that is held is paid out", _pay_out(tx, billing, "own"))
    moved: Facts = {
        "count": 1,
        "currency": sale.currency,
        "entity": sale.entity,
        "amount": net,
        "charges": sale.total,
        "refunds": back,
        "disputes": 0,
        "fees": fees,
    }
    await tx.see(
        "It is charges less refunds and fees, and on its way",
        billing.payout_of(payout=made["id"]),
        want={"status": "in_transit"},
        fixed=moved,
    )
    await tx.advance("3 days")
    arrived = await tx.see(
        "It has arrived",
        billing.payout_of(payout=made["id"]),
        within="1h",
        want={"status": "paid"},
        fixed=moved,
    )
    booked: Facts = {
        "count": 1,
        "source": "psp",
        "entity": sale.entity,
        "currency": sale.currency,
        "amount": net,
        "fees": fees,
        "gross": sale.total - back,
        "accounts": "1000,1050,6100",
        "posting_date": arrived["arrives"],
    }
    await tx.see(
        "The bank line is what was announced, and the fees are an expense",
        erp.payout_posting_of(payout=made["id"]),
        within="24h",
        fixed=booked,
    )
    await deliver_again(tx, sync, "Payout", str(made["id"]), "payout.paid")
    await tx.see("Still posted once", erp.payout_posting_of(payout=made["id"]), within="1m", fixed=booked, hold="2m")
    await tx.see(
        "The provider's account is as it was before",
        erp.balances_of(ledger=sale.entity),
        within="1h",
        want={"clearing": clearing["clearing"]},
        fixed={"count": 1, "balance": 0},
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=made["id"]), fixed={"count": 0})


def _pay_out(tx: Transaction, billing: Port, what: str) -> Call:
    return billing.pay_out(currency=GERMAN_PRO.currency, entity=GERMAN_PRO.entity, key=tx.key(f"payout-{what}"))
