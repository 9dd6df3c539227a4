"""Invoices: drafted, finalised under a legal number, paid, voided or given up; and what waits for the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.lines import Charge, charge_of, due, line_of, lines_of, retotal
from synthetic.sandboxes.billing.payments import DAY, Payments
from synthetic.sandboxes.billing.values import BillingError, Params, Record

HOUR = 3_600


class Invoices:
    """The invoices of one core.

    Attributes:
        on_change: Told (invoice, what) when one is `paid`, `failed`, `overdue`, `lost` or `void`; subscriptions
            listen here.
    """

    def __init__(self, desk: Desk, payments: Payments) -> None:
        """Work at a desk."""
        self._desk = desk
        self._payments = payments
        self.on_change: Callable[[Record, str], None] = lambda _invoice, _what: None

    def create(self, params: Params) -> Record:
        """Draft an invoice of what is pending for a customer."""
        customer = self._desk.find("customer", params.required("customer"))
        behavior = params.text("pending_invoice_items_behavior") or "include"
        subscription = params.text("subscription") or None
        pending = self.pending(customer["id"], params.text("currency"), subscription) if behavior == "include" else []
        currency = params.text("currency").lower() or (pending[0]["currency"] if pending else customer["currency"])
        invoice = self.draft(customer, params, currency or "usd", "manual")
        if subscription:
            self._desk.find("subscription", subscription)
            invoice |= {"subscription": subscription, "parent": _parent(subscription)}
        return self.fill(invoice, (), [item for item in pending if item["currency"] == invoice["currency"]])

    def draft(self, customer: Record, params: Params, currency: str, reason: str) -> Record:
        """Return a new draft that is not stored yet; `fill` stores it."""
        at = self._desk.now(customer["id"])
        method = params.choice("collection_method", ("charge_automatically", "send_invoice"), "charge_automatically")
        days = params.integer("days_until_due", 30) if method == "send_invoice" else None
        given = params.optional("due_date")
        invoice: Record = {
            "id": self._desk.name("in", params),
            "object": "invoice",
            "account_country": "US",
            "account_name": "Aster Cloud",
            "attempt_count": 0,
            "attempted": False,
            "auto_advance": params.boolean("auto_advance", default=reason != "manual"),
            "automatic_tax": {"enabled": False, "status": None},
            "billing_reason": reason,
            "charge": None,
            "collection_method": method,
            "created": at,
            "currency": currency.lower(),
            "customer": customer["id"],
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "customer_shipping": None,
            "customer_tax_exempt": customer["tax_exempt"],
            "customer_tax_ids": [],
            "default_payment_method": params.text("default_payment_method") or None,
            "default_source": None,
            "default_tax_rates": [self._desk.find("tax_rate", rate) for rate in params.listed("default_tax_rates")],
            "description": params.text("description") or None,
            "discount": None,
            "discounts": [],
            "due_date": given if given is not None else at + days * DAY if days is not None else None,
            "ending_balance": None,
            "footer": params.text("footer") or None,
            "hosted_invoice_url": None,
            "invoice_pdf": None,
            "last_finalization_error": None,
            "livemode": False,
            "metadata": _entity(customer["metadata"]) | params.metadata(),
            "next_payment_attempt": None,
            "number": None,
            "on_behalf_of": None,
            "parent": None,
            "payment_intent": None,
            "receipt_number": None,
            "statement_descriptor": None,
            "status": "draft",
            "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
            "subscription": None,
            "total_discount_amounts": [],
            "webhooks_delivered_at": None,
        }
        numbers = ("amount_paid", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount")
        invoice |= dict.fromkeys((*numbers, "starting_balance", "subtotal", "total"), 0)
        invoice |= {"paid": False, "paid_out_of_band": False, "period_start": at, "period_end": at}
        invoice |= {"payment_settings": {"payment_method_options": None, "payment_method_types": None}}
        return invoice | {"lines": lines_of(invoice["id"], [])}

    def fill(self, invoice: Record, charges: Sequence[Charge], pending: Sequence[Record]) -> Record:
        """Put charges and pending items onto a draft, work out tax, and store it."""
        lines = [line_of(self._desk, charge_of(item), item["id"]) for item in pending]
        lines += [line_of(self._desk, charge) for charge in charges]
        invoice["lines"] = lines_of(invoice["id"], [*invoice["lines"]["data"], *lines])
        for item in pending:
            self._desk.save(item | {"invoice": invoice["id"]}, "invoiceitem.updated", {"invoice": item["invoice"]})
        retotal(self._desk, invoice)
        customer = self._desk.find("customer", invoice["customer"])
        if customer["currency"] is None:
            self._desk.save(customer | {"currency": invoice["currency"]})
        self._desk.save(invoice, "invoice.created")
        if invoice["auto_advance"]:
            self._desk.plan(invoice["created"] + HOUR, "finalize", invoice)
        return invoice

    def pending(self, customer: str, currency: str = "", subscription: str | None = None) -> list[Record]:
        """Return the items that wait for the next invoice of a customer, those of a subscription only on its own."""
        return [
            item
            for item in self._desk.storage.all("invoiceitem", customer=customer)
            if item["invoice"] is None
            and item["subscription"] in (None, subscription)
            and currency.lower() in ("", item["currency"])
        ]

    def retrieve(self, params: Params) -> Record:
        """Return an invoice."""
        return self._desk.find("invoice", params.required("id"))

    def list(self, params: Params) -> Record:
        """Return a page of invoices."""
        wanted = {name: params.text(name) for name in ("status", "subscription", "collection_method")}
        return self._desk.page(
            "invoice",
            params,
            "/v1/invoices",
            customer=params.text("customer"),
            matches=lambda invoice: all(value in ("", invoice[name]) for name, value in wanted.items()),
        )

    def update(self, params: Params) -> Record:
        """Change an invoice: content only while it is a draft, metadata always."""
        invoice = self.retrieve(params)
        changes: Record = {"metadata": params.metadata(invoice["metadata"])}
        if invoice["status"] != "draft" and set(params.values) - {"id", "metadata", "auto_advance"}:
            raise wrong_state("Finalized invoices can't be updated in this way")
        changes |= {name: params.text(name) or None for name in ("description", "footer") if params.has(name)}
        if params.has("default_tax_rates"):
            rates = [self._desk.find("tax_rate", rate) for rate in params.listed("default_tax_rates")]
            changes["default_tax_rates"] = rates
        if params.has("auto_advance"):
            changes["auto_advance"] = params.boolean("auto_advance")
        if params.has("due_date"):
            changes["due_date"] = params.integer("due_date")
        invoice = self._desk.change(invoice, "invoice.updated", changes)
        return self._desk.save(retotal(self._desk, invoice)) if invoice["status"] == "draft" else invoice

    def delete(self, params: Params) -> Record:
        """Delete a one-off draft; its items wait again."""
        invoice = self.retrieve(params)
        if invoice["status"] != "draft" or invoice["subscription"]:
            raise wrong_state("You can only delete draft invoices that are not part of a subscription")
        self._release(invoice)
        self._desk.emit("invoice.deleted", invoice)
        self._desk.storage.drop(invoice["id"])
        return {"id": invoice["id"], "object": "invoice", "deleted": True}

    def finalize(self, params: Params) -> Record:
        """Freeze a draft under its number; one that owes nothing is paid at once."""
        invoice = self.retrieve(params)
        if invoice["status"] != "draft":
            raise wrong_state("This invoice is already finalized, you can't re-finalize a non-draft invoice")
        at = self._desk.now(invoice["customer"])
        self._settle_balance(invoice)
        invoice["status"] = "open"
        invoice["number"] = self._number(invoice, at)
        invoice["status_transitions"]["finalized_at"] = at
        invoice["hosted_invoice_url"] = f"https://invoice.sandbox.invalid/{invoice['id']}"
        invoice["invoice_pdf"] = f"https://invoice.sandbox.invalid/{invoice['id']}/pdf"
        due(invoice)
        if invoice["amount_due"]:
            extra = Params({"invoice": invoice["id"], "description": "Invoice payment"})
            intent = self._payments.intent(invoice["amount_due"], invoice["currency"], invoice["customer"], extra)
            invoice["payment_intent"] = intent["id"]
        self._desk.save(invoice, "invoice.finalized")
        if invoice["amount_due"] == 0:
            return self.settled(invoice)
        if invoice["collection_method"] == "send_invoice":
            self._desk.emit("invoice.sent", invoice)
            self._desk.plan(invoice["due_date"], "overdue", invoice)
        return invoice

    def settled(self, invoice: Record, charge: str | None = None, *, out_of_band: bool = False) -> Record:
        """Mark an invoice paid in full and tell it."""
        at = self._desk.now(invoice["customer"])
        invoice |= {"paid": True, "status": "paid", "paid_out_of_band": out_of_band, "next_payment_attempt": None}
        invoice |= {"charge": charge or invoice["charge"], "amount_paid": invoice["amount_due"]}
        invoice |= {"attempted": True}
        invoice["status_transitions"]["paid_at"] = at
        due(invoice)
        self._desk.storage.cancel_jobs(invoice["id"], ("retry", "overdue", "suspend", "lost"))
        self._desk.save(invoice, "invoice.paid")
        self._desk.emit("invoice.payment_succeeded", invoice)
        self.on_change(invoice, "paid")
        return invoice

    def cash(self, invoice: Record, amount: int) -> Record:
        """Take cash that came by itself (a bank transfer), at most what is open; the rest stays with the payer."""
        before = invoice["amount_paid"]
        invoice["amount_paid"] += min(amount, invoice["amount_remaining"])
        due(invoice)
        if invoice["amount_remaining"] == 0:
            return self.settled(invoice)
        return self._desk.save(invoice, "invoice.updated", {"amount_paid": before})

    def void(self, params: Params) -> Record:
        """Declare an open invoice void; its number stays used."""
        invoice = self._open(params, "void", ("open", "uncollectible"))
        if invoice["amount_paid"] or invoice["pre_payment_credit_notes_amount"]:
            raise wrong_state("You can't void an invoice that was partly paid or credited")
        return self._ended(invoice, "void", "voided_at", "invoice.voided")

    def mark_uncollectible(self, params: Params) -> Record:
        """Give an open invoice up; the customer still owes it."""
        invoice = self._open(params, "mark uncollectible", ("open",))
        return self._ended(invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible")

    def send(self, params: Params) -> Record:
        """Send an invoice to its customer; a draft is finalised first."""
        invoice = self.retrieve(params)
        if invoice["status"] == "draft":
            return self.finalize(params)
        self._desk.emit("invoice.sent", invoice)
        return invoice

    def lines(self, params: Params) -> Record:
        """Return the lines of an invoice."""
        lines: Record = self.retrieve(params)["lines"]
        return lines

    def _open(self, params: Params, what: str, states: tuple[str, ...]) -> Record:
        invoice = self.retrieve(params)
        if invoice["status"] not in states:
            raise wrong_state(f"You can only {what} an open invoice; this one is {invoice['status']}")
        return invoice

    def _ended(self, invoice: Record, status: str, stamp: str, event: str) -> Record:
        invoice |= {"status": status, "next_payment_attempt": None, "auto_advance": False}
        invoice["status_transitions"][stamp] = self._desk.now(invoice["customer"])
        self._desk.storage.cancel_jobs(invoice["id"], ("retry", "overdue", "suspend", "lost"))
        if invoice["payment_intent"] and status == "void":
            intent = self._desk.find("payment_intent", invoice["payment_intent"])
            if intent["status"] not in ("succeeded", "canceled"):
                self._payments.cancel(Params({"id": intent["id"], "cancellation_reason": "void_invoice"}))
        self._desk.save(invoice, event)
        self.on_change(invoice, status)
        return invoice

    def _release(self, invoice: Record) -> None:
        for line in invoice["lines"]["data"]:
            if item := line.get("invoice_item"):
                self._desk.save(self._desk.find("invoiceitem", item) | {"invoice": None})

    def _settle_balance(self, invoice: Record) -> None:
        """Set the customer's balance against the invoice: credit lowers it, a negative total becomes credit."""
        customer = self._desk.find("customer", invoice["customer"])
        invoice["starting_balance"] = customer["balance"]
        sum_ = invoice["total"] + customer["balance"]
        invoice["ending_balance"] = min(sum_, 0)
        if customer["balance"] != invoice["ending_balance"]:
            self._desk.change(customer, "customer.updated", {"balance": invoice["ending_balance"]})

    def _number(self, invoice: Record, at: int) -> str:
        """Return the legal number: the series of the entity, else the customer's own as Stripe numbers."""
        entity = invoice["metadata"].get("legal_entity", "")
        if entity:
            zone = ZoneInfo(self._desk.entity(invoice["metadata"]).zone)
            prefix = f"{entity.split('-')[0]}-{datetime.fromtimestamp(at, zone).year}"
            return f"{prefix}-{self._desk.storage.next(f'number/{prefix}'):06}"
        customer = self._desk.find("customer", invoice["customer"])
        sequence = customer["next_invoice_sequence"]
        self._desk.save(customer | {"next_invoice_sequence": sequence + 1})
        return f"{customer['invoice_prefix']}-{sequence:04}"


def _entity(metadata: dict[str, str]) -> dict[str, str]:
    """Return what of a customer's metadata its invoices carry: the selling legal entity."""
    return {"legal_entity": metadata["legal_entity"]} if "legal_entity" in metadata else {}


def _parent(subscription: str) -> Record:
    return {
        "type": "subscription_details",
        "subscription_details": {"subscription": subscription, "metadata": {}},
        "quote_details": None,
    }


def wrong_state(message: str) -> BillingError:
    """Return the refusal of what a state forbids."""
    return BillingError(f"{message}.", code="invoice_not_editable", param="invoice")
