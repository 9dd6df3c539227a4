"""W3 Invoice finalised to posted: once, in the right company, to the minor unit, with its deferral."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, term
from synthetic.probes.scenarios import GERMAN_PRO_NET, Facts, deliver_again, invoiced, posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("invoice-posting", workflow="W3", every="15m", owner="finance-systems")
async def invoice_posting(tx: Transaction, crm: Port, billing: Port, erp: Port, analytics: Port, sync: Port) -> None:
    """A finalised invoice is posted once, in the right company, to the minor unit, and its revenue waits."""
    sale = GERMAN_PRO_NET
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    invoice = await tx.see(
        "Invoice finalised",
        billing.invoice_of(invoice=begun.invoice),
        within="2m",
        want={"status": "open"},
        fixed=invoiced(sale, begun, open=sale.total, lines=1, start=start, end=end, payment=None, attempts=0),
        explained={"rounding": {"tax": sale.tax + 1}},
    )
    posting = posted(
        sale,
        begun,
        document_date=start,
        posting_date=start,
        posting_period=start[:7],
        tax_period=start[:7],
        legal_number=invoice["legal_number"],
        version=invoice["version"],
    )
    await tx.see("Posted in the ledger", erp.posting_of(invoice=begun.invoice), within="15m", fixed=posting)
    schedule: Facts = {
        "count": 1,
        "total": sale.net,
        "recognised": 0,
        "remaining": sale.net,
        "start": start,
        "end": end,
        "method": "daily",
        "items": "",
    }
    await tx.see("Revenue waits over the service period", erp.schedule_of(invoice=begun.invoice), fixed=schedule)
    await tx.see(
        "Customer owes the total",
        erp.receivable_of(invoice=begun.invoice),
        fixed={
            "count": 1,
            "open": sale.total,
            "total": sale.total,
            "currency": sale.currency,
            "credits_applied": 0,
            "cash_applied": 0,
            "written_off": 0,
            "collected_by": "erp",
            "dunning_level": 0,
            "due_date": days_later(start, 30),
        },
    )
    await tx.see(
        "Analytics has the same invoice",
        analytics.invoice_of(invoice=begun.invoice),
        within="5m",
        fixed={
            "count": 1,
            "legal_entity": sale.entity,
            "currency": sale.currency,
            "net": sale.net,
            "tax": sale.tax,
            "total": sale.total,
            "document_date": start,
            "number": invoice["legal_number"],
        },
    )
    await deliver_again(tx, sync, "Event", begun.invoice, "invoice.finalized")
    await tx.see("Still posted once", erp.posting_of(invoice=begun.invoice), within="1m", fixed=posting, hold="2m")
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=begun.invoice), fixed={"count": 0})
    await tx.see(
        "The books balance and the subledger ties to its account",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={"balance": 0, "receivable": sale.total, "open_items": sale.total},
    )
    await tx.do("Invoice voided", billing.void(invoice=begun.invoice, key=tx.key("void")))
    await tx.see(
        "Nothing is owed on it any more",
        erp.receivable_of(invoice=begun.invoice),
        within="15m",
        want={"open": 0},
        fixed={"count": 1, "total": sale.total, "cash_applied": 0, "written_off": 0},
        explained={"state": {"open": sale.total}},
    )
    await tx.see(
        "Posting and reversal are nothing on every account",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={"balance": 0, "receivable": 0, "open_items": 0, "output_tax": 0, "deferred": 0},
        otherwise="state",
    )
    await tx.see(
        "Nor is anything left in the legacy ledger",
        erp.balances_of(ledger=f"{sale.entity}-L", customer=begun.customer),
        within="1m",
        want={"receivable": 0, "open_items": 0, "output_tax": 0, "deferred": 0},
        fixed={"balance": 0},
        otherwise="divergence",
    )
