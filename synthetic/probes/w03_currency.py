"""W3, W4, W12 Foreign currency: booked at the rate of its day, revalued at period end, the difference realised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from harness.model import JSON
from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, month_end, today
from synthetic.probes.scenarios import Facts, Sale, billing_of, customer_of
from synthetic.transaction import Transaction, probe

_SALE = Sale("DE-01", "USD", "ONBOARDING", 100000, "DE-OS", "0", "outside_scope", "NET60", accounts="1100,4200")


_DECIMAL = re.compile(r"\d+\.\d+")


@probe("foreign-currency", workflow="W3", every="24h", owner="treasury")
async def foreign_currency(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """An invoice in dollars is kept in euros at the rate of its day, revalued while it is open, and settled exactly."""
    sale = _SALE
    customer = await customer_of(tx, crm, billing, sale, country="CH")
    made = await tx.do("Invoice in dollars", billing_of(tx, billing, sale, customer, [sale.net]))
    invoice = str(made["id"])
    day = str(today(tx.now(), sale.entity))
    booked = await _rate(tx, erp, sale, day, "Rate of the document date")
    functional = half_up(sale.total * booked.value)
    await tx.see(
        "Posted in euros at that rate, outside the scope of tax",
        erp.posting_of(invoice=invoice),
        within="15m",
        fixed={
            "count": 1,
            "entity": sale.entity,
            "ledger": sale.entity,
            "currency": sale.currency,
            "net": sale.net,
            "tax": 0,
            "total": sale.total,
            "rate": booked.text,
            "functional_total": functional,
            "balance": 0,
            "tax_code": sale.tax_code,
            "tax_reason": sale.tax_reason,
            "accounts": sale.accounts,
            "document_date": day,
            "posting_date": day,
            "tax_period": day[:7],
            "late": False,
            "synthetic": True,
        },
    )
    owed: Facts = {
        "count": 1,
        "total": sale.total,
        "currency": sale.currency,
        "collected_by": "erp",
        "due_date": days_later(day, 60),
    }
    await tx.see("Owed in dollars", erp.receivable_of(invoice=invoice), fixed={**owed, "open": sale.total})
    closing = month_end(days_later(day, 1))
    began = tx.now()
    await tx.advance(f"{_between(day, closing) + 2} days", since=began)
    closing_rate = await _rate(tx, erp, sale, closing, "Closing rate")
    for run in ("first", "second"):
        await tx.do(
            f"Revaluation, {run} run", erp.revalue(ledger=sale.entity, day=closing, key=tx.key(f"revalue-{run}"))
        )
    await tx.see(
        "Carried at the closing rate, and back on the next day, once",
        erp.revaluation_of(invoice=invoice, day=closing),
        fixed={
            "count": 1,
            "entity": sale.entity,
            "currency": "EUR",
            "rate": closing_rate.text,
            "source": "ledger",
            "amount": half_up(sale.total * closing_rate.value) - functional,
            "accounts": "1100,7150",
            "posting_date": closing,
            "reversed_on": days_later(closing, 1),
        },
        otherwise="currency-fx",
    )
    await tx.see(
        "The books carry what they booked again",
        erp.balances_of(ledger=sale.entity, customer=customer),
        fixed={"count": 1, "balance": 0, "receivable": functional, "revenue": functional, "output_tax": 0},
    )
    paid_on = str(today(tx.now(), sale.entity))
    paid_rate = await _rate(tx, erp, sale, paid_on, "Rate of the payment")
    payment = f"fx-{tx.run_id}"
    await tx.do(
        "Dollars arrive in the bank",
        erp.receive_transfer(payment=_received(sale, customer, invoice, payment, paid_on), key=tx.key("paid")),
    )
    await tx.see(
        "Applied in full, and the difference of the rates is realised",
        erp.application_of(payment=payment),
        within="10m",
        fixed={
            "count": 1,
            "customer": customer,
            "account": "1000",
            "applied_to": invoice,
            "amount": sale.total,
            "unapplied": 0,
            "realised_fx": half_up(sale.total * paid_rate.value) - functional,
            "applied_on": paid_on,
        },
    )
    await tx.see(
        "Nothing is owed",
        erp.receivable_of(invoice=invoice),
        within="1m",
        want={"open": 0},
        fixed={**owed, "cash_applied": sale.total, "written_off": 0},
    )
    await tx.see(
        "Nothing is left of it in euros either",
        erp.balances_of(ledger=sale.entity, customer=customer),
        fixed={"count": 1, "balance": 0, "receivable": 0, "customer_credit": 0, "open_items": 0},
        hold="2m",
    )
    await tx.see(
        "Billing knows that it is paid",
        billing.invoice_of(invoice=invoice),
        within="10m",
        want={"status": "paid", "open": 0},
        fixed={"count": 1, "currency": sale.currency, "total": sale.total, "net": sale.net, "tax": 0},
        otherwise="collections",
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=invoice), fixed={"count": 0})


@dataclass(frozen=True, slots=True)
class _Rate:
    value: Fraction
    text: str


async def _rate(tx: Transaction, erp: Port, sale: Sale, day: str, title: str) -> _Rate:
    """See a rate that is not older than three days, and return it."""
    call = erp.rate_of(currency=sale.currency, ledger=sale.entity, day=day)
    shown = await tx.see(title, call, fixed={"count": 1})
    rate, dated = str(shown["rate"]), str(shown["rate_date"])
    if not _DECIMAL.fullmatch(rate):
        tx.lacks(title, call, "rate", seen=rate, is_there=True)
    if not days_later(day, -3) <= dated <= day:
        tx.lacks(title, call, "rate_date", seen=dated, is_there=True)
    return _Rate(Fraction(rate), f"{rate} {shown['table']} {dated}")


def _between(first: str, last: str) -> int:
    days = 0
    while days_later(first, days) < last:
        days += 1
    return days


def _received(sale: Sale, customer: str, invoice: str, payment: str, day: str) -> dict[str, JSON]:
    return {
        "id": payment,
        "source_system": "bank",
        "version": 1,
        "customer_id": customer,
        "invoice_id": invoice,
        "legal_entity": sale.entity,
        "currency": sale.currency,
        "amount": sale.total,
        "method": "bank_transfer",
        "value_date": day,
        "synthetic": True,
    }
