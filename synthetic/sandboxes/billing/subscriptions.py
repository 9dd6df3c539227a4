"""Subscriptions: begun, renewed at each period end, ended; amendments are in `amendments`."""

from __future__ import annotations

from dataclasses import replace

from synthetic.sandboxes.billing.collection import Collection, Dunning
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.invoices import Invoices
from synthetic.sandboxes.billing.lines import Charge
from synthetic.sandboxes.billing.periods import period_after, stepped
from synthetic.sandboxes.billing.rating import price_amount
from synthetic.sandboxes.billing.terms import Terms
from synthetic.sandboxes.billing.usage import Usage
from synthetic.sandboxes.billing.values import BillingError, Params, Record

Charges = list[Charge]
ENDED = ("canceled", "incomplete_expired")


class Subscriptions:
    """The life of a subscription."""

    def __init__(self, desk: Desk, invoices: Invoices, collection: Collection, usage: Usage, dunning: Dunning) -> None:
        """Work at a desk, and listen to what becomes of invoices."""
        self._desk = desk
        self._invoices = invoices
        self._collection = collection
        self._usage = usage
        self._dunning = dunning
        self.terms = Terms(desk)
        invoices.on_change = self._invoice_changed

    def create(self, params: Params) -> Record:
        """Begin a subscription: its first invoice is charged at once unless a trial comes first."""
        customer = self._desk.find("customer", params.required("customer"))
        record = self.terms.new(params, customer)
        behavior = params.text("payment_behavior") or "allow_incomplete"
        self._desk.save(record, "customer.subscription.created")
        self.terms.plan(record)
        invoice = self._first_invoice(record, params)
        record = self._desk.find("subscription", record["id"])
        record = self._desk.save(record | {"latest_invoice": invoice["id"]})
        if record["collection_method"] == "send_invoice" or self._desk.dry or record["status"] == "trialing":
            if record["status"] == "trialing":
                self._collection.finish(invoice)
            return self._desk.find("subscription", record["id"])
        if behavior == "default_incomplete" and invoice["total"] > 0:
            self._invoices.finalize(Params({"id": invoice["id"]}))
            return self._incomplete(record)
        return self._started(record, self._collection.finish(invoice), behavior)

    def _started(self, record: Record, invoice: Record, behavior: str) -> Record:
        record = self._desk.find("subscription", record["id"])
        if invoice["status"] == "paid":
            return record
        if behavior == "error_if_incomplete":
            raise BillingError("Your card was declined.", status=402, code="card_declined")
        intent = self._desk.find("payment_intent", invoice["payment_intent"])
        return record if intent["status"] == "processing" else self._incomplete(record)

    def _incomplete(self, record: Record) -> Record:
        """Wait 23 hours for the first payment."""
        self._desk.plan(record["created"] + 23 * 3_600, "expire", record)
        return self._desk.change(record, "customer.subscription.updated", {"status": "incomplete"})

    def retrieve(self, params: Params) -> Record:
        """Return a subscription."""
        return self._desk.find("subscription", params.required("id"))

    def list(self, params: Params) -> Record:
        """Return a page of subscriptions; ended ones only when asked for."""
        status = params.text("status")
        return self._desk.page(
            "subscription",
            params,
            "/v1/subscriptions",
            customer=params.text("customer"),
            matches=lambda record: (
                record["status"] == status if status not in ("", "all") else status == "all" or _alive(record)
            ),
        )

    def renew(self, identifier: str) -> None:
        """Begin the next period: charge it in advance, and what was used in the last one."""
        record = self._desk.find("subscription", identifier)
        at = self._desk.now(record["customer"])
        if not _alive(record) or record["status"] == "incomplete" or at < record["current_period_end"]:
            return
        if record["cancel_at_period_end"] or (record["cancel_at"] and record["cancel_at"] <= at):
            self.end(record)
            return
        self.next_invoice(record)

    def next_invoice(self, record: Record) -> Record:
        """Move a subscription to its next period and draft the invoice for it."""
        old = record["current_period_start"], record["current_period_end"]
        trialed = record["status"] == "trialing"
        price = record["items"]["data"][0]["price"]["recurring"]
        anchor = record["billing_cycle_anchor"]
        start, end = period_after(anchor, price["interval"], price["interval_count"], old[1])
        start = old[1] if trialed else start
        changes = self.terms.period(record, start, end)
        if trialed:
            changes["status"] = "active"
        self._desk.change(record, "customer.subscription.updated", changes)
        self.terms.plan(record)
        charges = [] if trialed else self._usage.charges(record, *old)
        charges += self.charges(record, start, end)
        invoice = self.invoice(record, charges, "subscription_cycle")
        invoice = self._desk.save(invoice | {"period_start": old[0], "period_end": old[1]})
        self._desk.save(record | {"latest_invoice": invoice["id"]})
        return invoice

    def charges(self, record: Record, start: int, end: int) -> Charges:
        """Return what all licensed items cost for a whole period, in advance."""
        return [
            Charge(
                amount=price_amount(item["price"], item["quantity"]),
                currency=item["price"]["currency"],
                description=f"{item['quantity']} x {self._product(item['price'])}",
                start=start,
                end=end,
                quantity=item["quantity"],
                price=item["price"],
                subscription=record["id"],
                item=item["id"],
                tax_rates=tuple(rate["id"] for rate in item["tax_rates"] or []),
                metadata=record["metadata"],
            )
            for item in record["items"]["data"]
            if item["price"]["recurring"]["usage_type"] == "licensed"
        ]

    def invoice(self, record: Record, charges: Charges, reason: str, identifier: str = "") -> Record:
        """Draft an invoice of a subscription, with what was pending for it."""
        customer = self._desk.find("customer", record["customer"])
        given: Record = {"id": identifier, "metadata": record["metadata"]}
        given["collection_method"] = record["collection_method"]
        given["default_tax_rates"] = [rate["id"] for rate in record["default_tax_rates"] or []]
        if record["days_until_due"] is not None:
            given["days_until_due"] = record["days_until_due"]
        currency = record["items"]["data"][0]["price"]["currency"]
        invoice = self._invoices.draft(customer, Params(given), currency, reason)
        invoice |= {"subscription": record["id"]}
        details = {"subscription": record["id"], "metadata": record["metadata"]}
        invoice["parent"] = {"type": "subscription_details", "subscription_details": details, "quote_details": None}
        return self._invoices.fill(invoice, charges, self._invoices.pending(record["customer"], currency, record["id"]))

    def end(self, record: Record, *, bill_usage: bool = True) -> Record:
        """End a subscription for good; what was used and not billed is billed last."""
        at = self._desk.now(record["customer"])
        charges = self._usage.charges(record, record["current_period_start"], at) if bill_usage else []
        pending = self._invoices.pending(record["customer"], "", record["id"]) if bill_usage else []
        if any(charge.amount for charge in charges) or any(item["subscription"] for item in pending):
            invoice = self.invoice(record, charges, "subscription_cycle")
            record = self._desk.save(record | {"latest_invoice": invoice["id"]})
        self.terms.unplan(record)
        changes = {"status": "canceled", "ended_at": at, "canceled_at": record["canceled_at"] or at}
        record |= changes
        return self._desk.save(record, "customer.subscription.deleted")

    def trial_will_end(self, identifier: str) -> None:
        """Tell three days before a trial ends."""
        record = self._desk.find("subscription", identifier)
        if record["status"] == "trialing":
            self._desk.emit("customer.subscription.trial_will_end", record)

    def expire(self, identifier: str) -> None:
        """Give up a subscription whose first invoice was never paid."""
        record = self._desk.find("subscription", identifier)
        if record["status"] != "incomplete":
            return
        self.terms.unplan(record)
        invoice = self._desk.find("invoice", record["latest_invoice"])
        if invoice["status"] == "open":
            self._invoices.void(Params({"id": invoice["id"]}))
        at = self._desk.now(record["customer"])
        changes = {"status": "incomplete_expired", "ended_at": at}
        self._desk.change(self._desk.find("subscription", identifier), "customer.subscription.updated", changes)

    def cancel_at(self, identifier: str) -> None:
        """End a subscription on the date it was told to."""
        record = self._desk.find("subscription", identifier)
        if _alive(record) and record["cancel_at"] and record["cancel_at"] <= self._desk.now(record["customer"]):
            self.end(record)

    def _first_invoice(self, record: Record, params: Params) -> Record:
        start, end = record["current_period_start"], record["current_period_end"]
        if record["status"] == "trialing":
            charges = [_free(charge) for charge in self.charges(record, start, end)]
        else:
            charges = self.charges(record, start, end)
            price = record["items"]["data"][0]["price"]["recurring"]
            whole = stepped(end, price["interval"], price["interval_count"], -1), end
            if record["billing_cycle_anchor"] > start and params.text("proration_behavior") != "none":
                charges = self.terms.partial(charges, whole, start)
            elif record["billing_cycle_anchor"] > start:
                charges = []
        for extra in params.parts("add_invoice_items"):
            charges.append(self.terms.one_off(extra, record, start))
        return self.invoice(record, charges, "subscription_create", params.text("first_invoice"))

    def _invoice_changed(self, invoice: Record, what: str) -> None:
        """Follow an invoice: paid makes active, failed or overdue makes past due, suspended unpaid, lost ends."""
        record = self._desk.storage.get(invoice["subscription"]) if invoice["subscription"] else None
        if record is None or not _alive(record):
            return
        states = {"paid": "active", "failed": "past_due", "overdue": "past_due", "suspended": "unpaid"}
        states |= {"lost": self._dunning.final}
        status = states.get(what, record["status"])
        if record["status"] == "unpaid" and what in {"failed", "overdue"}:
            return  # another decline gives no access back
        if record["status"] in ("trialing", "incomplete") and what in ("failed", "overdue"):
            return
        if (what == "paid" and record["status"] == "trialing") or (what == "paid" and self._still_owes(record)):
            return
        if status == "canceled":
            self._desk.change(invoice, "invoice.updated", {"auto_advance": False})
            self.end(record, bill_usage=False)
            return
        if record["status"] == "incomplete" and status == "active":
            self._desk.storage.cancel_jobs(record["id"], ("expire",))
        self._desk.change(record, "customer.subscription.updated", {"status": status})

    def _still_owes(self, record: Record) -> bool:
        """Whether the newest invoice of a subscription is still open: an older one paid does not make it active."""
        newest = self._desk.storage.get(record["latest_invoice"]) if record["latest_invoice"] else None
        return bool(newest and newest["status"] == "open" and newest["attempted"])

    def _product(self, price: Record) -> str:
        product = self._desk.storage.get(price["product"])
        return str(product["name"]) if product else "Product"


def _alive(record: Record) -> bool:
    return record["status"] not in ENDED


def _free(charge: Charge) -> Charge:
    """Return a line of a trial: nothing is charged."""
    return replace(charge, amount=0, description=f"Trial period for {charge.description}")
