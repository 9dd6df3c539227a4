"""W2 Order to activation and entitlement: what was ordered is what is active, entitled and billed."""

from __future__ import annotations

from harness.model.money import cumulative
from synthetic.deeds.ports import Port
from synthetic.probes.days import term
from synthetic.probes.scenarios import (
    AMERICAN_SUITE,
    Subscribed,
    accept,
    account_of,
    cancelling,
    first_posted,
    invoiced,
    lines_posted,
    onboard,
)
from synthetic.transaction import Transaction, probe

_WEIGHTS = {"IT-PRO": 120000, "IT-ANALYTICS": 60000, "IT-SUPPORT": 45000}


@probe("order-to-entitlement", workflow="W2", every="15m", owner="revops")
async def order_to_entitlement(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, analytics: Port
) -> None:
    """An accepted order becomes one active subscription, its entitlement, and one invoice over its bundle."""
    sale = AMERICAN_SUITE
    account = account_of(tx, sale.entity)
    accepted = await accept(tx, crm, account)
    order = f"O-{tx.run_id}"
    await tx.refused(
        "An order above the credit limit is refused",
        crm.accept_order(
            order=order, account=account.id, sku=sale.sku, quantity=1, price=600000, credit_available=357200
        ),
        "credit-limit",
        category="state",
    )
    await tx.do(
        "Order accepted",
        crm.accept_order(
            order=order, account=account.id, sku=sale.sku, quantity=1, price=sale.net, key=tx.key("order")
        ),
    )
    ordered = await tx.see(
        "Order is on file",
        crm.order_of(order=order),
        fixed={
            "count": 1,
            "order": order,
            "account": account.id,
            "sku": sale.sku,
            "quantity": 1,
            "price": sale.net,
            "status": "accepted",
            "contract": f"C-{order}",
        },
    )
    await tx.see(
        "It is the only order of the account",
        crm.orders_of(account=account.id),
        fixed={"count": 1, "total": sale.net},
    )
    customer = await onboard(tx, billing, account, accepted, terms=sale.terms)
    made = await tx.do(
        "Subscription begun",
        billing.subscribe(
            customer=customer,
            sku=sale.sku,
            entity=sale.entity,
            currency=sale.currency,
            tax_code=sale.tax_code,
            contract=ordered["contract"],
            key=tx.key("subscription"),
        ),
        undo=cancelling(tx, billing),
    )
    begun = Subscribed(customer, str(made["id"]), str(made["invoice"]), str(ordered["contract"]))
    start, end = term(tx.now(), sale.entity)
    await tx.do("Order won", crm.won(order=order, subscription=begun.subscription, key=tx.key("won")))
    await tx.see(
        "Order is won by its subscription",
        crm.order_of(order=order),
        fixed={
            "count": 1,
            "status": "won",
            "subscription": begun.subscription,
            "price": sale.net,
            "contract": begun.contract,
        },
    )
    await tx.see(
        "Subscription is what was ordered",
        billing.subscription_of(subscription=begun.subscription),
        within="2m",
        want={"status": "active"},
        fixed={
            "count": 1,
            "plan": sale.sku,
            "quantity": 1,
            "price": sale.net,
            "contract": begun.contract,
            "entity": sale.entity,
            "start": start,
            "end": end,
            "ends": False,
        },
    )
    await tx.see(
        "Entitlement is on",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="2m",
        want={"status": "on"},
        fixed={"count": 1, "customer": customer, "features": "pro, analytics, support", "quantity": 1},
    )
    await tx.see(
        "First invoice is paid",
        billing.invoice_of(invoice=begun.invoice),
        within="2m",
        want={"status": "paid", "open": 0},
        fixed=invoiced(sale, begun, lines=1, start=start, end=end),
    )
    nets = cumulative(sale.net, list(_WEIGHTS.values()))
    await tx.see(
        "Posted over the parts of the bundle",
        erp.posting_of(invoice=begun.invoice),
        within="15m",
        fixed=first_posted(tx, sale, begun) | lines_posted("2400", sale.tax_code, *nets),
    )
    parts = zip(_WEIGHTS, nets, strict=True)
    await tx.see(
        "Each part of the bundle waits by itself",
        erp.schedule_of(invoice=begun.invoice),
        fixed={
            "count": 3,
            "total": sale.net,
            "items": ",".join(f"{item}:{amount}" for item, amount in parts),
            "start": start,
            "end": end,
        },
        explained={"account": {"count": 1}},
    )
    await tx.see(
        "Forecast has the contract",
        analytics.forecast_of(subscription=begun.subscription),
        within="5m",
        fixed={
            "count": 1,
            "status": "live",
            "arr": sale.net,
            "currency": sale.currency,
            "contract": begun.contract,
        },
    )
    await tx.see(
        "Still one entitlement",
        entitlements.entitlement_of(subscription=begun.subscription),
        within="1m",
        want={"count": 1, "status": "on"},
        hold="2m",
    )
    await tx.see(
        "Only one invoice",
        billing.invoices_of(subscription=begun.subscription),
        fixed={"count": 1, "total": sale.total},
    )
    trial = await tx.do(
        "Trial begun",
        billing.subscribe(
            customer=customer,
            sku="PRO-ANNUAL",
            entity=sale.entity,
            currency=sale.currency,
            tax_code=sale.tax_code,
            contract=f"T-{tx.run_id}",
            trial_days=14,
            key=tx.key("trial"),
        ),
        undo=lambda answer: billing.cancel(subscription=answer["id"], key=tx.key("undo-trial")),
    )
    await tx.see(
        "Trial is entitled",
        entitlements.entitlement_of(subscription=trial["id"]),
        within="2m",
        want={"status": "on"},
        fixed={"count": 1, "customer": customer, "features": "pro", "quantity": 1},
    )
    await tx.see(
        "Trial posts nothing", erp.posting_of(invoice=trial["invoice"]), within="1m", fixed={"count": 0}, hold="2m"
    )
    await tx.see(
        "Trial is billed over nothing",
        billing.invoices_of(subscription=trial["id"]),
        fixed={"count": 1, "total": 0},
    )
