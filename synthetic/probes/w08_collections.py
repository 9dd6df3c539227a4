"""W8 Failed payment: chased by one owner, in steps, and forgotten the moment it is paid."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, term
from synthetic.probes.scenarios import GERMAN_PRO, Facts, first_posted, subscribe
from synthetic.transaction import Transaction, probe


@probe("failed-payment", workflow="W8", every="1h", owner="ar")
async def failed_payment(tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port) -> None:
    """A declined renewal is past due at once, posts nothing, is retried, and all is well when it is paid."""
    sale = GERMAN_PRO
    begun = await subscribe(tx, crm, billing, sale)
    start, end = term(tx.now(), sale.entity)
    await tx.see(
        "First invoice posted", erp.posting_of(invoice=begun.invoice), within="15m", fixed=first_posted(tx, sale, begun)
    )
    await tx.do(
        "Card will be declined from now on",
        billing.change_method(customer=begun.customer, method="failing", key=tx.key("failing")),
    )
    await tx.advance(f"{days_of_term(start, end)} days")
    failed = await tx.see(
        "Renewal is declined and open",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "open", "start": end, "attempts": 1},
        fixed={
            "count": 1,
            "net": sale.net,
            "tax": sale.tax,
            "total": sale.total,
            "open": sale.total,
            "currency": sale.currency,
            "payment": None,
        },
        otherwise="collections",
    )
    invoice = str(failed["invoice"])
    await tx.see(
        "Subscription is past due",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        want={"status": "past_due"},
        fixed={"count": 1, "plan": sale.sku, "quantity": 1, "contract": begun.contract},
        otherwise="collections",
    )
    owed: Facts = {
        "count": 1,
        "total": sale.total,
        "currency": sale.currency,
        "collected_by": "billing",
        "dunning_level": 0,
    }
    await tx.see(
        "The decline posted nothing: all of it is owed",
        erp.receivable_of(invoice=invoice),
        within="15m",
        fixed={**owed, "open": sale.total, "cash_applied": 0, "credits_applied": 0, "written_off": 0},
    )
    await tx.see(
        "Still entitled while it is chased",
        entitlements.entitlement_of(subscription=begun.subscription),
        fixed={"count": 1, "status": "on", "features": "pro", "quantity": 1},
    )
    await tx.advance("4 days")
    await tx.see(
        "Retried on day 1 and day 3",
        billing.invoice_of(invoice=invoice),
        within="5m",
        want={"attempts": 3, "status": "open"},
        fixed={"count": 1, "open": sale.total},
        otherwise="collections",
    )
    await tx.do(
        "Customer gives another card", billing.change_method(customer=begun.customer, method="card", key=tx.key("good"))
    )
    await tx.do("Customer pays", billing.pay(invoice=invoice, key=tx.key("pay")))
    await tx.see(
        "Subscription is active again",
        billing.subscription_of(subscription=begun.subscription),
        within="5m",
        want={"status": "active"},
        fixed={"count": 1},
    )
    await tx.see("Nothing is owed", erp.receivable_of(invoice=invoice), within="10m", want={"open": 0}, fixed=owed)
    await tx.advance("10 days")
    await tx.see(
        "Nobody chases a payer",
        billing.invoice_of(invoice=invoice),
        within="5m",
        fixed={"count": 1, "status": "paid", "attempts": 4, "open": 0},
        otherwise="collections",
    )
    await tx.see(
        "Entitlement never ended",
        entitlements.entitlement_of(subscription=begun.subscription),
        fixed={"count": 1, "status": "on"},
    )
