"""W10 Cancellation that counts from a day before: what was earned since is taken back, today and not in the past."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_later, share_of_term_before, term, today
from synthetic.probes.scenarios import GERMAN_PRO, Facts, deliver_again, first_posted, lines_posted, posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("backdated-cancellation", workflow="W10", every="24h", owner="revops")
async def backdated_cancellation(  # noqa: PLR0913, PLR0917  (a probe takes the ports it asks)
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port, sync: Port
) -> None:
    """A contract cancelled as of an earlier month is credited from that day on, and no earlier month is changed."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    start, end = term(began, sale.entity)
    await tx.see("Posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun))
    await tx.see("Paid", erp.receivable_of(invoice=begun.invoice), within="10m", want={"open": 0}, fixed={"count": 1})
    await tx.advance("150 days", since=began)
    effective = str(today(tx.now(), sale.entity))
    await tx.advance("181 days", since=began)
    day = str(today(tx.now(), sale.entity))
    used, recognised = (share_of_term_before(sale.net, start, end, one) for one in (effective, day))
    await tx.do(
        "Revenue recognised",
        erp.recognise(ledger=sale.entity, through=days_later(day, -1), key=tx.key("recognise")),
    )
    await tx.see(
        "It is recognised as if nothing had ended",
        erp.schedule_of(invoice=begun.invoice),
        fixed={"count": 1, "recognised": recognised, "remaining": sale.net - recognised},
    )
    await tx.do(
        "Cancelled as of an earlier day",
        billing.cancel(subscription=begun.subscription, effective=effective, key=tx.key("cancel")),
    )
    unused = sale.net - used
    tax = half_up(Fraction(unused) * Fraction(sale.tax_percent) / 100)
    credit = unused + tax
    issued = await tx.do(
        "What was not used since is credited and refunded",
        billing.credit(invoice=begun.invoice, net=unused, refund=credit, key=tx.key("credit")),
    )
    await tx.see(
        "Subscription ended, and says from which day that counts",
        billing.subscription_of(subscription=begun.subscription),
        within="1m",
        fixed={"count": 1, "status": "canceled", "effective": effective, "contract": begun.contract},
    )
    left, back = sale.net - recognised, recognised - used
    credited = posted(sale, begun, net=unused, tax_base=unused, tax=tax, total=credit, functional_total=credit) | {
        "accounts": "2100,2200,2400,4000",
        "document_date": day,
        "posting_date": day,
        "posting_period": day[:7],
        "tax_period": day[:7],
        **lines_posted("2400", sale.tax_code, left, back),
        "line_accounts": "2400,4000",
    }
    await tx.see(
        "Credit takes back what waits and what was recognised since, in the open month",
        erp.credit_posting_of(credit=issued["id"]),
        within="15m",
        fixed=credited,
        otherwise="proration",
    )
    await deliver_again(tx, sync, "Credit", str(issued["id"]), "credit_note.created")
    await tx.see(
        "Nothing waits any more",
        erp.schedule_of(invoice=begun.invoice),
        fixed={"count": 1, "recognised": recognised, "remaining": 0},
    )
    kept: Facts = {
        "balance": 0,
        "receivable": 0,
        "open_items": 0,
        "deferred": 0,
        "revenue": used,
        "output_tax": sale.tax - tax,
    }
    await tx.see(
        "Revenue is that of the days before, cash kept is that and its tax",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="10m",
        want={"customer_credit": 0, "clearing": sale.total - credit},
        fixed=kept,
        explained={
            "application": {"customer_credit": credit},
            "deferral": {"revenue": recognised},
            "duplicate": {"output_tax": sale.tax - 2 * tax},
        },
        hold="2m",
    )
    await tx.see(
        "The month it counts from is as it was",
        erp.balances_of(ledger=sale.entity, customer=begun.customer, through=effective[:7]),
        fixed={"count": 1, "balance": 0, "output_tax": sale.tax, "clearing": sale.total, "customer_credit": 0},
        otherwise="period",
    )
    await tx.see(
        "Entitlement has ended",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="5m",
        want={"status": "off"},
        fixed={"count": 1, "features": "pro"},
    )
    await tx.see(
        "Forecast says it is gone",
        analytics.forecast_of(subscription=begun.subscription),
        within="4h",
        want={"status": "churned"},
        fixed={"count": 1, "contract": begun.contract},
    )
    await tx.see(
        "Never billed again",
        billing.invoices_of(subscription=begun.subscription),
        within="1m",
        fixed={"count": 1, "total": sale.total},
        hold="24h",
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=issued["id"]), fixed={"count": 0})
