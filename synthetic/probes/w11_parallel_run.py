"""W11 Parallel run: the same fact in two ledgers, different accounts, differences explained to the cent."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, month_end, share_of_term, term
from synthetic.probes.scenarios import GERMAN_PRO, Facts, posted, subscribe
from synthetic.transaction import Transaction, probe

_LEGACY = "DE-01-L"


@probe("parallel-run", workflow="W11", every="15m", owner="controller")
async def parallel_run(tx: Transaction, crm: Port, billing: Port, erp: Port) -> None:
    """One invoice is in the cloud ledger and in the legacy ledger, once each, and they differ only by rule."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    days: Facts = {
        "document_date": start,
        "posting_date": start,
        "posting_period": start[:7],
        "tax_period": start[:7],
    }
    cloud = posted(sale, begun, **days)
    legacy = cloud | {"ledger": _LEGACY, "accounts": "0990,1400,1776", "line_accounts": "0990"}
    await tx.see("Posted in the cloud ledger", erp.posting_of(invoice=begun.invoice), within="15m", fixed=cloud)
    await tx.see(
        "Posted in the legacy ledger",
        erp.posting_of(invoice=begun.invoice, ledger=_LEGACY),
        within="15m",
        fixed=legacy,
    )
    paid = await tx.see(
        "Paid", billing.invoice_of(invoice=begun.invoice), within="10m", want={"status": "paid"}, fixed={"count": 1}
    )
    await tx.see(
        "The payment is applied to it",
        erp.application_of(payment=paid["payment"]),
        within="10m",
        fixed={
            "count": 1,
            "customer": begun.customer,
            "applied_to": begun.invoice,
            "amount": sale.total,
            "unapplied": 0,
        },
    )
    through = month_end(start)
    await tx.advance(f"{days_of_term(start, through) + 2} days")
    for ledger in (sale.entity, _LEGACY):
        await tx.do(
            f"Revenue recognised in {ledger}",
            erp.recognise(ledger=ledger, through=through, key=tx.key(f"recognise-{ledger}")),
        )
    await tx.see(
        "Cloud ledger recognises by days",
        erp.schedule_of(invoice=begun.invoice),
        fixed={
            "count": 1,
            "total": sale.net,
            "recognised": share_of_term(sale.net, start, end, through),
            "method": "daily",
        },
    )
    await tx.see(
        "Legacy ledger recognises by equal months, the explained difference",
        erp.schedule_of(invoice=begun.invoice, ledger=_LEGACY),
        fixed={
            "count": 1,
            "total": sale.net,
            "recognised": sale.net // 12,
            "method": "months",
            "start": start,
            "end": end,
        },
        otherwise="divergence",
    )
    await tx.do("Rest recognised", erp.recognise(ledger=sale.entity, through=end, key=tx.key("all")))
    await tx.do("Rest recognised in legacy", erp.recognise(ledger=_LEGACY, through=end, key=tx.key("all-legacy")))
    for ledger in (sale.entity, _LEGACY):
        await tx.see(
            f"No difference is left at the end of the term in {ledger}",
            erp.schedule_of(invoice=begun.invoice, ledger=ledger),
            fixed={"count": 1, "recognised": sale.net, "remaining": 0},
            otherwise="divergence",
        )
    await tx.see(
        "Both ledgers balance",
        erp.balances_of(ledger=_LEGACY, customer=begun.customer),
        fixed={"count": 1, "balance": 0, "receivable": 0, "open_items": 0, "deferred": 0, "output_tax": sale.tax},
    )
