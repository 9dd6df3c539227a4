"""Charges that wait for the next invoice of a customer."""

from __future__ import annotations

from harness.model.money import half_up
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.invoices import Invoices, wrong_state
from synthetic.sandboxes.billing.lines import Charge, charge_of, item_of, line_of, lines_of, retotal
from synthetic.sandboxes.billing.rating import exact_amount
from synthetic.sandboxes.billing.values import BillingError, Params, Record


class InvoiceItems:
    """Charges that wait for the next invoice."""

    def __init__(self, desk: Desk, invoices: Invoices) -> None:
        """Work at a desk."""
        self._desk = desk
        self._invoices = invoices

    def create(self, params: Params) -> Record:
        """Add a charge to a customer, or straight to a draft."""
        customer = self._desk.find("customer", params.required("customer"))
        at = self._desk.now(customer["id"])
        price_id = params.text("price") or params.part("pricing").text("price")
        price = self._desk.find("price", price_id) if price_id else None
        quantity = params.integer("quantity", 1)
        unit = params.exact("unit_amount_decimal") or params.exact("unit_amount")
        if price:
            amount = half_up(exact_amount(price, quantity))
        elif unit is not None:
            amount = half_up(unit * quantity)
        else:
            amount = params.integer("amount")
        period = params.part("period")
        charge = Charge(
            amount=amount,
            currency=(price["currency"] if price else params.required("currency")).lower(),
            description=params.text("description"),
            start=period.integer("start", at),
            end=period.integer("end", at),
            quantity=quantity,
            price=price,
            subscription=params.text("subscription") or None,
            tax_rates=tuple(params.listed("tax_rates")),
            metadata=params.metadata(),
        )
        item = item_of(self._desk, charge, customer["id"])
        if unit is not None and price is None:
            item |= {"unit_amount": int(unit) if unit.denominator == 1 else None}
        self._desk.save(item, "invoiceitem.created")
        if params.text("invoice"):
            invoice = self._desk.find("invoice", params.text("invoice"))
            if invoice["status"] != "draft":
                raise wrong_state("The invoice is no draft")
            self._attach(invoice, item)
            return self._desk.find("invoiceitem", item["id"])
        return item

    def retrieve(self, params: Params) -> Record:
        """Return an invoice item."""
        return self._desk.find("invoiceitem", params.required("id"))

    def delete(self, params: Params) -> Record:
        """Remove an item that is on no finalised invoice."""
        item = self.retrieve(params)
        if item["invoice"]:
            raise BillingError("This invoice item is already attached to an invoice.", param="id")
        self._desk.emit("invoiceitem.deleted", item)
        self._desk.storage.drop(item["id"])
        return {"id": item["id"], "object": "invoiceitem", "deleted": True}

    def list(self, params: Params) -> Record:
        """Return a page of invoice items."""
        pending = params.has("pending") and params.boolean("pending")
        invoice = params.text("invoice")
        return self._desk.page(
            "invoiceitem",
            params,
            "/v1/invoiceitems",
            customer=params.text("customer"),
            matches=lambda item: (not pending or item["invoice"] is None) and invoice in ("", item["invoice"]),
        )

    def _attach(self, invoice: Record, item: Record) -> None:
        line = line_of(self._desk, charge_of(item), item["id"])
        invoice["lines"] = lines_of(invoice["id"], [*invoice["lines"]["data"], line])
        self._desk.save(item | {"invoice": invoice["id"]})
        self._desk.save(retotal(self._desk, invoice), "invoice.updated", {})
