"""W8 Write-off: chased by the ledger alone, ended, credited for what was not used, and the rest given up by two."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, share_of_term_before, term, today
from synthetic.probes.scenarios import AMERICAN_PRO, Facts, first_posted, loss_posted, posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("write-off", workflow="W8", every="24h", owner="ar")
async def write_off(tx: Transaction, crm: Port, billing: Port, erp: Port) -> None:
    """Of an invoice that nobody pays only what was used is a loss; the rest, and the tax on all of it, is credited."""
    sale = replace(AMERICAN_PRO, terms="NET30")
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    began = tx.now()
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.advance("32 days", since=began)
    day = str(today(tx.now(), sale.entity))
    for run in ("first", "second"):
        await tx.do(f"Dunning, {run} run of the day", erp.dun(ledger=sale.entity, today=day, key=tx.key(f"dun-{run}")))
    owed: Facts = {"count": 1, "total": sale.total, "cash_applied": 0, "collected_by": "erp"}
    await tx.see(
        "One notice, not two",
        erp.receivable_of(invoice=begun.invoice),
        fixed={**owed, "open": sale.total, "dunning_level": 1},
        otherwise="collections",
    )
    await tx.advance("61 days", since=began)
    day = str(today(tx.now(), sale.entity))
    earned = share_of_term_before(sale.net, start, end, day)
    await tx.do(
        "Revenue recognised",
        erp.recognise(ledger=sale.entity, through=days_later(day, -1), key=tx.key("recognise")),
    )
    facts: Facts = {
        "source_system": "erp",
        "legal_entity": sale.entity,
        "currency": sale.currency,
        "posting_date": day,
        "synthetic": True,
    }
    loss: Facts = {**facts, "id": begun.invoice, "invoice_id": begun.invoice, "amount": earned}
    await tx.do("Loss expected on what was used", erp.expect_loss(loss=loss, key=tx.key("expect")))
    await tx.see(
        "The loss is expected, and no more than was used",
        erp.loss_posting_of(invoice=begun.invoice),
        fixed=loss_posted(sale, earned, day),
    )
    await tx.do("Cancelled now", billing.cancel(subscription=begun.subscription, key=tx.key("cancel")))
    unearned = sale.net - earned
    tax = half_up(Fraction(unearned) * Fraction(sale.tax_percent) / 100)
    issued = await tx.do(
        "What was not used is credited", billing.credit(invoice=begun.invoice, net=unearned, key=tx.key("credit"))
    )
    credited = posted(sale, begun, net=unearned, tax_base=unearned, tax=tax, total=unearned + tax)
    await tx.see(
        "Credit posted against deferred revenue and tax, and lowers what is owed",
        erp.credit_posting_of(credit=issued["id"]),
        within="15m",
        fixed=credited | {"functional_total": unearned + tax, "accounts": "1100,2200,2400", "posting_date": day},
        otherwise="deferral",
    )
    rest = sale.total - unearned - tax
    await tx.see(
        "Only what was used is owed",
        erp.receivable_of(invoice=begun.invoice),
        fixed={**owed, "open": rest, "credits_applied": unearned + tax, "written_off": 0},
    )
    request: Facts = {
        **facts,
        "id": begun.invoice,
        "invoice_id": begun.invoice,
        "allowance": earned,
        "requested_by": "ar",
        "reason": "synthetic",
    }
    await tx.refused(
        "Nobody approves his own write-off",
        erp.write_off(request={**request, "approved_by": "ar"}, key=tx.key("alone")),
        "approval-missing",
    )
    await tx.do("Written off", erp.write_off(request={**request, "approved_by": "finance"}, key=tx.key("write-off")))
    await tx.see(
        "Nothing is owed any more",
        erp.receivable_of(invoice=begun.invoice),
        within="1m",
        fixed={**owed, "open": 0, "credits_applied": unearned + tax, "written_off": rest},
        hold="2m",
    )
    await tx.see(
        "The allowance bears it, and its tax is relieved, on the day",
        erp.write_off_posting_of(invoice=begun.invoice),
        fixed={
            "count": 1,
            "source": "erp",
            "entity": sale.entity,
            "currency": sale.currency,
            "amount": rest,
            "accounts": "1100,1190,2200",
            "posting_date": day,
            "synthetic": True,
        },
    )
    await tx.see(
        "Revenue is what was used, the loss is no more than that, and no tax is left",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={
            "count": 1,
            "balance": 0,
            "receivable": 0,
            "open_items": 0,
            "customer_credit": 0,
            "deferred": 0,
            "output_tax": 0,
            "revenue": earned,
            "credit_losses": earned,
        },
    )
