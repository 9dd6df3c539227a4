"""Credit notes: they lower what is owed, revenue and tax; with the rates of the invoice they belong to."""

from __future__ import annotations

from collections.abc import Callable

from harness.model.money import half_up
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.invoices import Invoices
from synthetic.sandboxes.billing.lines import due, rates_of
from synthetic.sandboxes.billing.rating import Rate, Taxed, tax_lines
from synthetic.sandboxes.billing.values import BillingError, Params, Record, Records, exact, listing

Rates = list[Rate]


class CreditNotes:
    """Credit notes against finalised invoices.

    Args:
        desk: Where they are kept.
        invoices: What they credit.
        refund: Gives money back; asked where a note says `refund_amount`.
    """

    def __init__(self, desk: Desk, invoices: Invoices, refund: Callable[[Params], Record]) -> None:
        """Work at a desk."""
        self._desk = desk
        self._invoices = invoices
        self._refund = refund

    def create(self, params: Params) -> Record:
        """Credit an invoice by lines or by an amount that includes tax.

        An open invoice is lowered; of a paid one the credit goes back as refund, to the customer's balance, or
        outside of billing, as the caller says (balance where nothing is said).
        """
        note = self._note(params)
        invoice = self._desk.find("invoice", note["invoice"])
        if note["type"] == "pre_payment":
            invoice["pre_payment_credit_notes_amount"] += note["total"]
            due(invoice)
            self._desk.save(invoice, "invoice.updated", {})
            if invoice["amount_remaining"] == 0:
                self._invoices.settled(invoice)
        else:
            invoice["post_payment_credit_notes_amount"] += note["total"]
            self._desk.save(invoice, "invoice.updated", {})
            note = self._pay_out(note, invoice, params)
        return self._desk.save(note, "credit_note.created")

    def preview(self, params: Params) -> Record:
        """Return what a credit note would be, without side effect."""
        with self._desk.storage.transaction(keep=False):
            note = self._note(params)
            for name in ("refund_amount", "credit_amount", "out_of_band_amount"):
                params.optional(name)
        return note

    def retrieve(self, params: Params) -> Record:
        """Return a credit note."""
        return self._desk.find("credit_note", params.required("id"))

    def lines(self, params: Params) -> Record:
        """Return the lines of a credit note."""
        lines: Record = self.retrieve(params)["lines"]
        return lines

    def update(self, params: Params) -> Record:
        """Change memo or metadata."""
        note = self.retrieve(params)
        changes: Record = {"metadata": params.metadata(note["metadata"])}
        if params.has("memo"):
            changes["memo"] = params.text("memo") or None
        return self._desk.change(note, "credit_note.updated", changes)

    def list(self, params: Params) -> Record:
        """Return a page of credit notes."""
        invoice = params.text("invoice")
        return self._desk.page(
            "credit_note",
            params,
            "/v1/credit_notes",
            customer=params.text("customer"),
            matches=lambda note: invoice in ("", note["invoice"]),
        )

    def void(self, params: Params) -> Record:
        """Take a credit note back that lowered an invoice still open."""
        note = self.retrieve(params)
        invoice = self._desk.find("invoice", note["invoice"])
        if note["status"] == "void" or note["type"] != "pre_payment" or invoice["status"] != "open":
            raise BillingError("Only a credit note of an open invoice can be voided.", code="resource_missing")
        invoice["pre_payment_credit_notes_amount"] -= note["total"]
        self._desk.save(due(invoice), "invoice.updated", {})
        note |= {"status": "void", "voided_at": self._desk.now(note["customer"])}
        return self._desk.save(note, "credit_note.voided")

    def _note(self, params: Params) -> Record:
        invoice = self._desk.find("invoice", params.required("invoice"))
        if invoice["status"] not in ("open", "paid"):
            raise BillingError("You can only create credit notes for open or paid invoices.", param="invoice")
        lines = self._lines(invoice, params)
        for line in lines:
            self._check_line(invoice, line)
        exclusive = sum(tax["amount"] for line in lines for tax in line["tax_amounts"] if not tax["inclusive"])
        subtotal = sum(line["amount"] for line in lines)
        total = subtotal + exclusive
        if not 0 < total <= self._left(invoice):
            raise BillingError(
                f"The credit of {total} is more than what is left to credit ({self._left(invoice)}).",
                code="credit_note_amount_too_large",
                param="amount",
            )
        at = self._desk.now(invoice["customer"])
        identifier = self._desk.name("cn", params)
        reasons = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
        return {
            "id": identifier,
            "object": "credit_note",
            "amount": total,
            "created": at,
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "customer_balance_transaction": None,
            "discount_amount": 0,
            "discount_amounts": [],
            "invoice": invoice["id"],
            "lines": listing(lines, f"/v1/credit_notes/{identifier}/lines"),
            "livemode": False,
            "memo": params.text("memo") or None,
            "metadata": params.metadata(_entity(invoice)),
            "number": f"{invoice['number']}-CN-{self._desk.storage.next('credit/' + invoice['id']):02}",
            "out_of_band_amount": None,
            "pdf": f"https://invoice.sandbox.invalid/{identifier}/pdf",
            "reason": params.choice("reason", reasons, "order_change") if params.has("reason") else None,
            "refund": None,
            "status": "issued",
            "subtotal": subtotal,
            "tax_amounts": _merged(lines),
            "total": total,
            "type": "pre_payment" if invoice["status"] == "open" else "post_payment",
            "voided_at": None,
        }

    def _left(self, invoice: Record) -> int:
        """What may still be credited: what is open, or what was paid and not credited."""
        if invoice["status"] == "open":
            return int(invoice["amount_remaining"])
        credited = invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
        return int(invoice["total"] - credited)

    def _lines(self, invoice: Record, params: Params) -> Records:
        wanted = params.parts("lines")
        amount = params.optional("amount")
        if bool(wanted) == (amount is not None):
            raise BillingError("Say either `lines` or `amount`.", param="lines")
        if amount is not None:
            return [self._of_amount(invoice, amount)]
        by_id = {line["id"]: line for line in invoice["lines"]["data"]}
        drafts = [self._draft(invoice, by_id, part) for part in wanted]
        rates = [rates for _, rates in drafts]
        amounts = [line["amount"] for line, _ in drafts]
        taxed = tax_lines(amounts, rates, self._desk.entity(invoice["metadata"]).rounding)
        for (line, _), own in zip(drafts, taxed, strict=True):
            line["tax_amounts"] = [_tax(each) for each in own]
        return [line for line, _ in drafts]

    def _draft(self, invoice: Record, by_id: dict[str, Record], part: Params) -> tuple[Record, Rates]:
        if part.text("type") == "custom_line_item":
            ids = part.listed("tax_rates")
            rates = [self._desk.find("tax_rate", each) for each in ids]
            own = [Rate(rate["id"], exact(rate["percentage"]), rate["inclusive"]) for rate in rates]
            return self._line(_custom(part), part.required("description"), None, "custom_line_item"), own
        source = by_id.get(part.required("invoice_line_item"))
        if source is None:
            raise BillingError("No such line on this invoice.", param="lines", code="resource_missing", status=404)
        quantity = part.optional("quantity")
        amount = part.optional("amount")
        if amount is None:
            amount = half_up(exact(source["amount"]) * (quantity or 1) / (source["quantity"] or 1))
            amount = source["amount"] if quantity is None else amount
        default = invoice["default_tax_rates"]
        rates_here = rates_of(source, default) if source["tax_amounts"] else []
        return self._line(amount, source["description"], source["id"], "invoice_line_item"), rates_here

    def _of_amount(self, invoice: Record, amount: int) -> Record:
        """One line for an amount that includes tax: the tax in it follows the invoice's own share."""
        if not invoice["total"]:
            raise BillingError("The invoice is over nothing, so nothing can be credited.", param="amount")
        tax = half_up(exact(amount) * (invoice["tax"] or 0) / invoice["total"])
        line = self._line(amount - tax, "Credit", None, "custom_line_item")
        if tax:
            first = invoice["total_tax_amounts"][0]
            line["tax_amounts"] = [first | {"amount": tax, "taxable_amount": amount - tax, "inclusive": False}]
        return line

    def _check_line(self, invoice: Record, line: Record) -> None:
        """Refuse to credit more of a line than it charged, over all its credit notes."""
        if not line.get("invoice_line_item"):
            return
        source = next(each for each in invoice["lines"]["data"] if each["id"] == line["invoice_line_item"])
        earlier = sum(
            each["amount"]
            for note in self._desk.storage.all("credit_note", customer=invoice["customer"])
            for each in note["lines"]["data"]
            if note["status"] == "issued" and each.get("invoice_line_item") == source["id"]
        )
        if earlier + line["amount"] > source["amount"]:
            raise BillingError(
                f"The line has {source['amount'] - earlier} left to credit.", code="credit_note_amount_too_large"
            )

    def _line(self, amount: int, description: str | None, source: str | None, kind: str) -> Record:
        return {
            "id": self._desk.name("cnli"),
            "object": "credit_note_line_item",
            "amount": amount,
            "description": description,
            "discount_amount": 0,
            "discount_amounts": [],
            **({"invoice_line_item": source} if source else {}),
            "livemode": False,
            "quantity": None,
            "tax_amounts": [],
            "tax_rates": [],
            "type": kind,
            "unit_amount": None,
            "unit_amount_decimal": None,
        }

    def _pay_out(self, note: Record, invoice: Record, params: Params) -> Record:
        refund = params.integer("refund_amount", 0, least=0)
        aside = params.integer("out_of_band_amount", 0, least=0)
        balance = params.integer("credit_amount", note["total"] - refund - aside, least=0)
        if refund + aside + balance != note["total"]:
            raise BillingError(
                "The sum of `credit_amount`, `refund_amount` and `out_of_band_amount` must equal the credit."
            )
        if refund:
            given: Record = {"charge": invoice["charge"], "amount": refund, "metadata": {"credit_note": note["id"]}}
            note["refund"] = self._refund(Params(given))["id"]
        if balance:
            customer = self._desk.find("customer", invoice["customer"])
            self._desk.change(customer, "customer.updated", {"balance": customer["balance"] - balance})
        return note | {"out_of_band_amount": aside or None}


def _custom(part: Params) -> int:
    amount = part.optional("amount")
    return amount if amount is not None else part.integer("unit_amount") * part.integer("quantity", 1)


def _entity(invoice: Record) -> dict[str, str]:
    return {key: value for key, value in invoice["metadata"].items() if key == "legal_entity"}


def _tax(taxed: Taxed) -> Record:
    return {"amount": taxed.tax, "inclusive": taxed.rate.inclusive, "tax_rate": taxed.rate.id}


def _merged(lines: Records) -> Records:
    merged: dict[str, Record] = {}
    for tax in (tax for line in lines for tax in line["tax_amounts"]):
        known = merged.setdefault(tax["tax_rate"], tax | {"amount": 0})
        known["amount"] += tax["amount"]
    return list(merged.values())
