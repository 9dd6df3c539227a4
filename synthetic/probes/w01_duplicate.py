"""W1 Duplicate customer: two parties of one account become one, with their money, and nothing is deleted."""

from __future__ import annotations

from dataclasses import replace

from harness.model import JSON
from synthetic.deeds import Call
from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.probes.scenarios import (
    GERMAN_PRO_NET,
    Facts,
    Sale,
    Subscribed,
    accept,
    account_of,
    billing_of,
    first_posted,
    onboard,
)
from synthetic.transaction import Transaction, probe

_AMOUNT = 50000


@probe("duplicate-customer", workflow="W1", every="24h", owner="revops")
async def duplicate_customer(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A customer that was made twice is merged: credit and open items move, and what comes later finds the survivor."""
    sale = replace(GERMAN_PRO_NET, sku="ONBOARDING", net=50000, accounts="1100,2200,4200")
    account = account_of(tx)
    accepted = await accept(tx, crm, account)
    survivor = await onboard(tx, billing, account, accepted)
    double = await tx.do(
        "Made a second time, by hand",
        billing.onboard(
            account=account.id,
            name=account.name,
            entity=accepted["legal_entity"],
            currency=accepted["currency"],
            terms=accepted["terms"],
            tax_id=account.tax_id,
            parent=account.id,
            key=tx.key("double"),
        ),
    )
    loser = str(double["id"])
    await tx.see(
        "Billing has two customers of one account", billing.customer_of(account=account.id), fixed={"count": 2}
    )
    party: Facts = {
        "name": account.name,
        "entity": sale.entity,
        "currency": sale.currency,
        "terms": sale.terms,
        "tax_id": account.tax_id,
        "synthetic": True,
    }
    for customer, parent, which in ((survivor, "", "first"), (loser, account.id, "second")):
        await tx.see(
            f"The {which} has a party, one of two of the account",
            erp.party_of(customer=customer, entity=sale.entity),
            within="10m",
            want={"count": 2},
            fixed={**party, "parent": parent},
        )
    billed = await tx.do("The second is billed", billing_of(tx, billing, sale, loser, [sale.net]))
    invoice = str(billed["id"])
    begun = Subscribed(loser, "", invoice, f"C-{tx.run_id}")
    await tx.see("Posted", erp.posting_of(invoice=invoice), within="15m", fixed=first_posted(tx, sale, begun))
    legacy = f"{sale.entity}-L"
    await tx.see(
        "Posted in the legacy ledger too",
        erp.posting_of(invoice=invoice, ledger=legacy),
        within="15m",
        fixed={"count": 1, "net": sale.net, "total": sale.total, "ledger": legacy},
    )
    await tx.do("The second pays without a reference", _transfer(tx, erp, sale, loser, "1"))
    await tx.see(
        "Its money is kept",
        erp.balances_of(ledger=sale.entity, customer=loser),
        within="10m",
        fixed={"count": 1, "balance": 0, "customer_credit": _AMOUNT, "receivable": sale.total},
    )
    day = str(today(tx.now(), sale.entity))
    await tx.do(
        "Merged into the first",
        erp.merge_parties(loser=loser, survivor=survivor, entity=sale.entity, day=day, key=tx.key("merge")),
    )
    await tx.see(
        "The second is merged: its credit and what it owes have moved",
        erp.merge_of(customer=loser, entity=sale.entity),
        fixed={
            "count": 1,
            "survivor": survivor,
            "source": "erp",
            "amount": _AMOUNT + sale.total,
            "accounts": "1100,2100",
            "entity": sale.entity,
            "currency": sale.currency,
            "posting_date": day,
        },
        otherwise="identity",
    )
    await tx.see(
        "The second is no party any more",
        erp.party_of(customer=loser, entity=sale.entity),
        fixed={"count": 0},
        otherwise="identity",
    )
    await tx.do("The second pays again", _transfer(tx, erp, sale, loser, "2", invoice))
    await tx.see(
        "It is the first who has paid",
        erp.application_of(payment=f"dup-{tx.run_id}-2"),
        within="10m",
        fixed={"count": 1, "customer": survivor, "applied_to": invoice, "amount": _AMOUNT, "unapplied": 0},
    )
    await tx.see(
        "The first owes the rest and has the credit",
        erp.balances_of(ledger=sale.entity, customer=survivor),
        within="1m",
        fixed={
            "count": 1,
            "customer_credit": _AMOUNT,
            "receivable": sale.total - _AMOUNT,
            "open_items": sale.total - _AMOUNT,
        },
        hold="2m",
    )
    await tx.see(
        "One party is left",
        erp.party_of(customer=survivor, entity=sale.entity),
        fixed={**party, "count": 1, "parent": ""},
    )
    for what in (loser, invoice):
        await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=what), fixed={"count": 0})


def _transfer(tx: Transaction, erp: Port, sale: Sale, customer: str, number: str, invoice: str = "") -> Call:
    name = f"dup-{tx.run_id}-{number}"
    payment: dict[str, JSON] = {
        "id": name,
        "source_system": "bank",
        "version": 1,
        "customer_id": customer,
        "invoice_id": invoice,
        "legal_entity": sale.entity,
        "currency": sale.currency,
        "amount": _AMOUNT,
        "method": "bank_transfer",
        "value_date": str(today(tx.now(), sale.entity)),
        "synthetic": True,
    }
    return erp.receive_transfer(payment=payment, key=tx.key(name))
