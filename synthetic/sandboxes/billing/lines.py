"""Lines of invoices: what is charged, and what follows from it in tax and totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.rating import Rate, Taxed, tax_lines
from synthetic.sandboxes.billing.values import Record, exact, listing


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge before it stands on a document.

    Attributes:
        amount: Minor units, negative for a credit.
        currency: Lower case.
        description: Text on the document.
        start: Of the service, seconds since 1970.
        end: Of the service, half-open.
        quantity: Units, None where there are none.
        price: The price object, if one was used.
        subscription: Id, None for one-off charges.
        item: Id of the subscription item.
        proration: True for a part of a period.
        tax_rates: Rates of this line alone; the document's apply where empty.
        metadata: As given.
    """

    amount: int
    currency: str
    description: str
    start: int
    end: int
    quantity: int | None = 1
    price: Record | None = field(default=None, hash=False)
    subscription: str | None = None
    item: str | None = None
    proration: bool = False
    tax_rates: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict, hash=False)


def line_of(desk: Desk, charge: Charge, invoice_item: str | None = None) -> Record:
    """Return a line item."""
    return {
        "id": desk.name("il"),
        "object": "line_item",
        "amount": charge.amount,
        "amount_excluding_tax": charge.amount,
        "currency": charge.currency,
        "description": charge.description,
        "discount_amounts": [],
        "discountable": not charge.proration,
        "discounts": [],
        **({"invoice_item": invoice_item} if invoice_item else {}),
        "livemode": False,
        "metadata": charge.metadata,
        "period": {"start": charge.start, "end": charge.end},
        "price": charge.price,
        "proration": charge.proration,
        "quantity": charge.quantity,
        "subscription": charge.subscription,
        **({"subscription_item": charge.item} if charge.item else {}),
        "tax_amounts": [],
        "tax_rates": [desk.find("tax_rate", rate) for rate in charge.tax_rates],
        "type": "invoiceitem" if invoice_item or not charge.subscription else "subscription",
    }


def item_of(desk: Desk, charge: Charge, customer: str) -> Record:
    """Return a pending invoice item, which waits for the next invoice of its customer."""
    price = charge.price
    per_unit = price is not None and price["unit_amount"] is not None
    quantity = charge.quantity or 1
    return {
        "id": desk.name("ii"),
        "object": "invoiceitem",
        "amount": charge.amount,
        "currency": charge.currency,
        "customer": customer,
        "date": desk.now(customer),
        "description": charge.description,
        "discountable": not charge.proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": charge.metadata,
        "period": {"start": charge.start, "end": charge.end},
        "price": price,
        "proration": charge.proration,
        "quantity": quantity,
        "subscription": charge.subscription,
        **({"subscription_item": charge.item} if charge.item else {}),
        "tax_rates": [desk.find("tax_rate", rate) for rate in charge.tax_rates],
        "unit_amount": price["unit_amount"] if price and per_unit else charge.amount if quantity == 1 else None,
        "unit_amount_decimal": price["unit_amount_decimal"] if price and per_unit else None,
    }


def charge_of(item: Record) -> Charge:
    """Return the charge that a pending invoice item stands for."""
    return Charge(
        amount=item["amount"],
        currency=item["currency"],
        description=item["description"] or "",
        start=item["period"]["start"],
        end=item["period"]["end"],
        quantity=item["quantity"],
        price=item["price"],
        subscription=item["subscription"],
        item=item.get("subscription_item"),
        proration=item["proration"],
        tax_rates=tuple(rate["id"] for rate in item["tax_rates"]),
        metadata=item["metadata"],
    )


def rates_of(line: Record, default: list[Record]) -> list[Rate]:
    """Return the tax rates of a line: its own, else those of the document."""
    return [Rate(rate["id"], exact(rate["percentage"]), rate["inclusive"]) for rate in line["tax_rates"] or default]


def retotal(desk: Desk, invoice: Record) -> Record:
    """Work out taxes and totals of a draft anew, in the scope and by the rule of its legal entity."""
    lines = invoice["lines"]["data"]
    exempt = invoice["customer_tax_exempt"] in ("exempt", "reverse")
    rates = [[] if exempt else rates_of(line, invoice["default_tax_rates"]) for line in lines]
    taxed = tax_lines([line["amount"] for line in lines], rates, desk.entity(invoice["metadata"]).rounding)
    for line, own in zip(lines, taxed, strict=True):
        line["tax_amounts"] = [_tax_amount(each, each.tax) for each in own]
        line["amount_excluding_tax"] = line["amount"] - sum(each.tax for each in own if each.rate.inclusive)
    total_by_rate: dict[str, tuple[Taxed, int, int]] = {}
    for each in (each for own in taxed for each in own):
        _, tax, base = total_by_rate.get(each.rate.id, (each, 0, 0))
        total_by_rate[each.rate.id] = each, tax + each.tax, base + each.base
    subtotal = sum(line["amount"] for line in lines)
    inclusive = sum(tax for each, tax, _ in total_by_rate.values() if each.rate.inclusive)
    exclusive = sum(tax for each, tax, _ in total_by_rate.values() if not each.rate.inclusive)
    total = subtotal + exclusive
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inclusive,
        "tax": inclusive + exclusive if total_by_rate else None,
        "total_tax_amounts": [
            _tax_amount(each, tax) | {"taxable_amount": base} for each, tax, base in total_by_rate.values()
        ],
        "total": total,
        "total_excluding_tax": subtotal - inclusive,
    }
    return due(invoice)


def due(invoice: Record) -> Record:
    """Work out what remains to be paid."""
    wanted = invoice["total"] + invoice["starting_balance"] - (invoice["ending_balance"] or 0)
    wanted -= invoice["pre_payment_credit_notes_amount"]
    if invoice["status"] == "draft":
        wanted = max(wanted, 0)
    invoice["amount_due"] = max(wanted, 0)
    invoice["amount_remaining"] = max(invoice["amount_due"] - invoice["amount_paid"], 0)
    return invoice


def lines_of(invoice_id: str, lines: list[Record]) -> Record:
    """Return the list object that holds the lines."""
    return listing(lines, f"/v1/invoices/{invoice_id}/lines") | {"total_count": len(lines)}


def _tax_amount(taxed: Taxed, tax: int) -> Record:
    return {"amount": tax, "inclusive": taxed.rate.inclusive, "tax_rate": taxed.rate.id, "taxable_amount": taxed.base}
