"""W3 Held and replayed: what the middleware found wrong waits, and is posted once when its cause is mended."""

from __future__ import annotations

from dataclasses import replace

from synthetic.deeds.ports import Port
from synthetic.probes.days import term, today
from synthetic.probes.scenarios import AMERICAN_PRO, Facts, account_of, onboard, posted, subscribe_customer
from synthetic.transaction import Transaction, probe

_EXEMPT = replace(
    AMERICAN_PRO,
    tax_code="US-EX",
    tax_percent="0",
    tax_reason="exemption_certificate",
    terms="NET30",
    accounts="1100,2400",
)
_STATE = "NY"


@probe("held-invoice", workflow="W3", every="24h", owner="finance-systems")
async def held_invoice(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port, tax: Port) -> None:
    """An invoice without the certificate behind its exemption is held, and posted once after that is on file."""
    sale = _EXEMPT
    account = account_of(tx, sale.entity)
    accepted = await tx.do(
        "Account accepted in New York",
        crm.accept_account(
            account=account.id,
            name=account.name,
            country=account.country,
            tax_id=account.tax_id,
            region=_STATE,
            key=tx.key("account"),
        ),
    )
    await tx.see(
        "It is there with its state",
        crm.account_of(account=account.id),
        fixed={"count": 1, "region": _STATE, "country": account.country, "legal_entity": sale.entity},
    )
    customer = await onboard(tx, billing, account, accepted, terms=sale.terms)
    begun = await subscribe_customer(tx, billing, sale, customer)
    start, end = term(tx.now(), sale.entity)
    invoice = await tx.see(
        "Invoice finalised without tax",
        billing.invoice_of(invoice=begun.invoice),
        within="2m",
        want={"status": "open"},
        fixed={"count": 1, "net": sale.net, "tax": 0, "total": sale.net, "currency": sale.currency},
    )
    await tx.see(
        "It is held, for the tax engine says otherwise",
        sync.exceptions_of(object=begun.invoice),
        within="5m",
        fixed={"count": 1, "category": "tax", "code": "tax-differs"},
        explained={"tax": {"code": "tax-code-unmapped"}},
    )
    await tx.see(
        "Nothing of it is posted",
        erp.posting_of(invoice=begun.invoice),
        fixed={"count": 0},
        otherwise="tax",
    )
    await tx.do(
        "Certificate filed",
        tax.file_certificate(
            certificate={
                "certificate_id": f"cert-{tx.run_id}",
                "customer_id": customer,
                "legal_entity": sale.entity,
                "region": _STATE,
                "tax_code": sale.tax_code,
                "status": "on_file",
                "valid_from": str(today(tx.now(), sale.entity)),
                "valid_to": end,
            },
            key=tx.key("certificate"),
        ),
    )
    await tx.see(
        "Certificate counts",
        tax.certificate_of(customer=customer, day=start),
        within="1m",
        fixed={"count": 1, "region": _STATE, "tax_code": sale.tax_code, "status": "on_file"},
    )
    for run in ("first", "second"):
        await tx.do(f"Replayed, {run} time", sync.replay(object=begun.invoice, key=tx.key(f"replay-{run}")))
    posting: Facts = posted(
        sale,
        begun,
        document_date=start,
        posting_date=start,
        posting_period=start[:7],
        tax_period=start[:7],
        legal_number=invoice["legal_number"],
        version=invoice["version"],
    )
    del posting["tax_base"]  # no tax line carries it; the code on the revenue says it
    await tx.see("Posted once", erp.posting_of(invoice=begun.invoice), within="15m", fixed=posting, hold="2m")
    await tx.see(
        "Nothing waits in the exception queue any more", sync.exceptions_of(object=begun.invoice), fixed={"count": 0}
    )
    await tx.see(
        "The customer owes the net once, and no tax",
        erp.balances_of(ledger=sale.entity, customer=customer),
        fixed={
            "count": 1,
            "balance": 0,
            "receivable": sale.net,
            "open_items": sale.net,
            "output_tax": 0,
            "deferred": sale.net,
        },
    )
