"""W4 Payment and cash application: card and bank transfer, in part, in full, and too much."""

from __future__ import annotations

from dataclasses import replace

from harness.model import JSON
from synthetic.deeds import Call
from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.probes.scenarios import AMERICAN_PRO, GERMAN_PRO, Facts, Sale, Subscribed, deliver_again, subscribe
from synthetic.transaction import Transaction, probe


@probe("card-payment", workflow="W4", every="15m", owner="ar")
async def card_payment(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A card payment settles its invoice in billing and in the ledger, once."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    paid = await tx.see(
        "Invoice paid in billing",
        billing.invoice_of(invoice=begun.invoice),
        within="2m",
        want={"status": "paid"},
        fixed={"count": 1, "open": 0, "total": sale.total, "attempts": 1},
    )
    payment = str(paid["payment"])
    await tx.see(
        "Charge succeeded",
        billing.payment_of(payment=payment),
        fixed={
            "count": 1,
            "status": "succeeded",
            "amount": sale.total,
            "refunded": 0,
            "currency": sale.currency,
            "disputed": False,
        },
    )
    applied: Facts = {
        "count": 1,
        "customer": begun.customer,
        "account": "1050",
        "source": "billing",
        "synthetic": True,
        "applied_to": begun.invoice,
        "amount": sale.total,
        "unapplied": 0,
        "realised_fx": 0,
        "applied_on": str(today(tx.now(), sale.entity)),
    }
    await tx.see("Applied in the ledger", erp.application_of(payment=payment), within="10m", fixed=applied)
    await tx.see(
        "Nothing is owed",
        erp.receivable_of(invoice=begun.invoice),
        within="1m",
        want={"open": 0},
        fixed=_settled(sale, "billing"),
    )
    await deliver_again(tx, sync, "Event", payment, "charge.succeeded")
    await tx.see("Still applied once", erp.application_of(payment=payment), within="1m", fixed=applied, hold="2m")
    await tx.see(
        "No credit is left over",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={"balance": 0, "customer_credit": 0},
        explained={"unapplied": {"customer_credit": sale.total}},
    )


@probe("bank-transfer", workflow="W4", every="15m", owner="ar")
async def bank_transfer(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port) -> None:
    """A transfer in two parts settles the invoice, what is too much is kept, and billing stops chasing."""
    sale = replace(AMERICAN_PRO, terms="NET30")
    begun = await subscribe(tx, crm, billing, sale)
    await tx.see(
        "Entitled from acceptance, for it is paid by transfer",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        want={"status": "on"},
        fixed={"count": 1, "customer": begun.customer, "features": "pro", "quantity": 1},
    )
    await tx.see(
        "Customer owes the total",
        erp.receivable_of(invoice=begun.invoice),
        within="15m",
        fixed={"count": 1, "open": sale.total, "collected_by": "erp", "dunning_level": 0},
    )
    first, second, third = 100000, 35000, 7000
    arrived: Facts = {
        "count": 1,
        "customer": begun.customer,
        "account": "1000",
        "source": "bank",
        "synthetic": True,
        "realised_fx": 0,
    }
    await tx.do("First transfer arrives", _transfer(tx, erp, begun, sale, "1", first))
    await tx.see(
        "Part is applied",
        erp.application_of(payment=f"bt-{tx.run_id}-1"),
        within="10m",
        fixed={**arrived, "applied_to": begun.invoice, "amount": first, "unapplied": 0},
    )
    await tx.see(
        "The rest is owed",
        erp.receivable_of(invoice=begun.invoice),
        fixed={"count": 1, "open": sale.total - first, "cash_applied": first},
    )
    await tx.do("Second transfer arrives", _transfer(tx, erp, begun, sale, "2", second))
    rest = sale.total - first
    await tx.see(
        "The rest is applied, the excess is kept",
        erp.application_of(payment=f"bt-{tx.run_id}-2"),
        within="10m",
        fixed={**arrived, "applied_to": begun.invoice, "amount": rest, "unapplied": second - rest},
    )
    await tx.see(
        "Nothing is owed",
        erp.receivable_of(invoice=begun.invoice),
        within="1m",
        want={"open": 0},
        fixed=_settled(sale, "erp"),
    )
    await tx.see(
        "Billing knows and stops chasing",
        billing.invoice_of(invoice=begun.invoice),
        within="10m",
        want={"status": "paid", "open": 0},
        otherwise="collections",
    )
    await tx.see(
        "The excess is owed to the customer",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="1m",
        fixed={"balance": 0, "customer_credit": second - rest, "receivable": 0, "open_items": 0},
        explained={"unapplied": {"customer_credit": 0}},
        hold="2m",
    )
    await tx.do("A transfer without a reference arrives", _transfer(tx, erp, begun, sale, "3", third, invoice=""))
    await tx.see(
        "It is kept, applied to nothing",
        erp.application_of(payment=f"bt-{tx.run_id}-3"),
        within="10m",
        fixed={**arrived, "applied_to": "", "amount": 0, "unapplied": third},
    )
    await tx.see(
        "It is owed to the customer as well",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={"balance": 0, "customer_credit": second - rest + third, "receivable": 0},
        explained={"unapplied": {"customer_credit": second - rest}},
    )


def _settled(sale: Sale, collected_by: str) -> dict[str, JSON]:
    return {
        "count": 1,
        "total": sale.total,
        "currency": sale.currency,
        "cash_applied": sale.total,
        "credits_applied": 0,
        "written_off": 0,
        "collected_by": collected_by,
        "dunning_level": 0,
    }


def _transfer(  # noqa: PLR0913  (a bank line has these facts)
    tx: Transaction, erp: Port, begun: Subscribed, sale: Sale, number: str, amount: int, *, invoice: str | None = None
) -> Call:
    name = f"bt-{tx.run_id}-{number}"
    payment: dict[str, JSON] = {
        "id": name,
        "source_system": "bank",
        "version": 1,
        "customer_id": begun.customer,
        "invoice_id": begun.invoice if invoice is None else invoice,
        "legal_entity": sale.entity,
        "currency": sale.currency,
        "amount": amount,
        "method": "bank_transfer",
        "value_date": str(today(tx.now(), sale.entity)),
        "synthetic": True,
    }
    return erp.receive_transfer(payment=payment, key=tx.key(name))
