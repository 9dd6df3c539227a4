"""W7 Late usage: what arrives after its period was cut is billed with the next one, and changes no invoice."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.deeds import Call
from synthetic.deeds.ports import Port
from synthetic.probes.days import days_of_term, months_later, today
from synthetic.probes.scenarios import API_CALLS, Facts, Subscribed, lines_billed, lines_posted, posted, subscribe
from synthetic.probes.w07_usage import rated
from synthetic.transaction import Transaction, probe

_USED, _LATE, _NEXT = 61237, 300, 20000
_TOO_OLD = 40 * 86400


@probe("late-usage", workflow="W7", every="24h", owner="team-billing")
async def late_usage(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """Usage that comes after its invoice is billed one period later, at the price of its own, and never lost."""
    sale = API_CALLS
    begun = await subscribe(tx, crm, billing, sale)
    began = tx.now()
    since = int(began.timestamp())
    start, middle = today(began, sale.entity), today(months_later(began), sale.entity)
    await tx.do("Usage of the first month reported", _reported(tx, billing, begun, _USED, "first"))
    await tx.advance(f"{days_of_term(str(start), str(middle)) + 1} days", since=began)
    net = rated(_USED)
    invoice = await tx.see(
        "First month invoiced",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "paid", "open": 0, "quantity": _USED, "end": str(middle)},
        fixed={"count": 1, "net": net, "lines": 1, "contract": begun.contract},
        otherwise="usage",
    )
    await tx.see(
        "It is posted", erp.posting_of(invoice=invoice["invoice"]), within="15m", fixed={"count": 1, "net": net}
    )
    at = since + 86400
    await tx.do("Usage of the first month reported late", _reported(tx, billing, begun, _LATE, "late", at))
    await tx.refused(
        "The same late event does not count twice",
        _reported(tx, billing, begun, _LATE, "late", at, again=True),
        "duplicate_meter_event",
        category="usage",
    )
    await tx.refused(
        "What is too old is rejected",
        _reported(tx, billing, begun, _LATE, "old", int(tx.now().timestamp()) - _TOO_OLD),
        "timestamp_too_far_in_past",
        category="usage",
    )
    await tx.see(
        "All that was received is billed or late",
        billing.usage_of(customer=begun.customer, sku=sale.sku, since=since, until=since + 2 * 86400),
        within="1m",
        fixed={"count": 1, "received": _USED + _LATE, "billed": _USED, "late": _LATE},
    )
    await tx.see(
        "The invoice of the first month is as it was",
        billing.invoice_of(invoice=invoice["invoice"]),
        fixed={"count": 1, "net": net, "total": invoice["total"], "quantity": _USED, "version": invoice["version"]},
        otherwise="order",
    )
    await tx.do("Usage of the second month reported", _reported(tx, billing, begun, _NEXT, "second"))
    end = today(months_later(began, 2), sale.entity)
    await tx.advance(f"{days_of_term(str(start), str(end)) + 1} days", since=began)
    nets = rated(_USED + _LATE) - rated(_USED), rated(_NEXT)
    taxes = [half_up(Fraction(one) * Fraction(sale.tax_percent) / 100) for one in nets]
    due: Facts = {"net": sum(nets), "tax": sum(taxes), "total": sum(nets) + sum(taxes)}
    second = await tx.see(
        "It stands on the invoice of the second month, with the days it is of",
        billing.invoice_of(subscription=begun.subscription),
        within="2h",
        want={"status": "paid", "open": 0, "quantity": _LATE + _NEXT, "end": str(end)},
        fixed={
            "count": 1,
            "currency": sale.currency,
            **due,
            "entity": sale.entity,
            "contract": begun.contract,
            "lines": 2,
            "start": str(start),
            **lines_billed(sale.sku, *zip(nets, taxes, strict=True)),
        },
        otherwise="usage",
        explained={"usage": {"lines": 1, "net": rated(_NEXT)}},
    )
    posting = posted(sale, begun, **due, functional_total=due["total"], tax_base=due["net"])
    await tx.see(
        "Posted as two lines of usage",
        erp.posting_of(invoice=second["invoice"]),
        within="15m",
        fixed=posting | lines_posted("4100", sale.tax_code, *nets) | {"legal_number": second["legal_number"]},
    )
    await tx.see(
        "Two months are billed once, and nothing is unbilled or owed",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        within="10m",
        fixed={"count": 1, "balance": 0, "unbilled": 0, "revenue": rated(_USED + _LATE) + rated(_NEXT)},
        want={"receivable": 0, "open_items": 0},
        otherwise="usage",
        hold="2m",
    )
    await tx.see(
        "Nothing waits in the exception queue", sync.exceptions_of(object=second["invoice"]), fixed={"count": 0}
    )


def _reported(  # noqa: PLR0913  (an event has these facts)
    tx: Transaction, billing: Port, begun: Subscribed, quantity: int, name: str, at: int = 0, *, again: bool = False
) -> Call:
    """Return the report of one event; `again` asks for it under another key."""
    key = tx.key(f"usage-{name}{'-again' if again else ''}")
    event = f"{tx.run_id}-{name}"
    asked = {"customer": begun.customer, "sku": API_CALLS.sku, "quantity": quantity, "event": event, "at": at}
    return billing.report_usage(**asked, key=key)
