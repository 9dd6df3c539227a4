"""W12 Period close: recognition is exact and repeatable, a locked period takes nothing, late documents wait."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, month_end, share_of_term, term, today
from synthetic.probes.scenarios import AMERICAN_PRO, Facts, first_posted, loss_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("period-close", workflow="W12", every="24h", owner="controller")
async def period_close(tx: Transaction, crm: Port, billing: Port, erp: Port) -> None:
    """A month closes on exact recognition, ties out, stays shut, and opens again only for two persons."""
    sale = AMERICAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.see(
        "Payment applied",
        erp.receivable_of(invoice=begun.invoice),
        within="10m",
        want={"open": 0},
        fixed={"count": 1, "total": sale.total},
    )
    through = month_end(start)
    await tx.advance(f"{days_of_term(start, through) + 2} days")
    recognised = share_of_term(sale.net, start, end, through)
    for run in ("first", "second"):
        await tx.do(f"Recognition, {run} run", erp.recognise(ledger=sale.entity, through=through, key=tx.key(run)))
    await tx.see(
        "Recognised by calendar days, once",
        erp.schedule_of(invoice=begun.invoice),
        fixed={
            "count": 1,
            "total": sale.net,
            "recognised": recognised,
            "remaining": sale.net - recognised,
            "start": start,
            "end": end,
            "method": "daily",
            "items": "",
        },
    )
    await tx.see(
        "Every subledger ties to its account",
        erp.balances_of(ledger=sale.entity, through=start[:7], customer=begun.customer),
        fixed={
            "count": 1,
            "balance": 0,
            "receivable": 0,
            "open_items": 0,
            "customer_credit": 0,
            "unbilled": 0,
            "output_tax": sale.tax,
            "deferred": sale.net - recognised,
        },
        otherwise="imbalance",
    )
    reversed_day = str(today(tx.now(), sale.entity))
    mistaken = await tx.do(
        "Loss booked by mistake",
        erp.expect_loss(
            loss={
                "id": begun.invoice,
                "invoice_id": begun.invoice,
                "source_system": "erp",
                "legal_entity": sale.entity,
                "currency": sale.currency,
                "amount": sale.total,
                "posting_date": reversed_day,
                "synthetic": True,
            },
            key=tx.key("mistake"),
        ),
    )
    await tx.do(
        "And reversed, never deleted",
        erp.reverse(
            journal_number=mistaken["journal_number"],
            day=reversed_day,
            who="controller",
            reason="booked by mistake",
            key=tx.key("reverse"),
        ),
    )
    await tx.see(
        "Both are on the books, on this day",
        erp.loss_posting_of(invoice=begun.invoice),
        fixed=loss_posted(sale, sale.total, reversed_day, reversed_on=reversed_day),
        explained={"missing": {"reversed_on": ""}},
    )
    await tx.see(
        "It is as if it had never been",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={"count": 1, "balance": 0, "credit_losses": 0, "revenue": recognised, "output_tax": sale.tax},
        otherwise="imbalance",
    )
    closed = await tx.do(
        "Period locked",
        erp.close_period(ledger=sale.entity, period=start[:7], who="controller", lock=True, key=tx.key("lock")),
        undo=erp.reopen_period(
            ledger=sale.entity, period=start[:7], who="controller", second="auditor", reason="end of probe"
        ),
    )
    # who closes it may say no more than that he has: what the books show then is what counts
    locked: Facts = {"count": 1, "state": "locked"}
    locked |= {name: closed[name] for name in ("changed_at", "postings") if name in closed}
    await tx.see(
        "Period is locked",
        erp.period_of(ledger=sale.entity, period=start[:7]),
        fixed=locked,
        otherwise="period",
    )
    await tx.refused(
        "One person alone does not reopen it",
        erp.reopen_period(
            ledger=sale.entity, period=start[:7], who="controller", second="controller", reason="forgotten"
        ),
        "approval-missing",
    )
    late = await tx.do(
        "Late document billed",
        billing.bill(
            customer=begun.customer,
            sku="ONBOARDING",
            amounts=[100000],
            entity=sale.entity,
            currency=sale.currency,
            tax_code=sale.tax_code,
            contract=begun.contract,
            dated=through,
            key=tx.key("late"),
        ),
    )
    day = str(today(tx.now(), sale.entity))
    await tx.see(
        "Posted in the open period, with the date and the tax period of its own",
        erp.posting_of(invoice=late["id"]),
        within="15m",
        fixed={
            "count": 1,
            "entity": sale.entity,
            "net": 100000,
            "tax": 8875,
            "accounts": "1100,2200,4200",
            "balance": 0,
            "late": True,
            "document_date": through,
            "tax_period": through[:7],
            "posting_date": day,
            "posting_period": day[:7],
        },
    )
    await tx.see(
        "The locked period did not change",
        erp.period_of(ledger=sale.entity, period=start[:7]),
        within="1m",
        fixed=locked,
        otherwise="period",
        hold="2m",
    )
