"""Collecting: the attempt on a card, the retries after a decline, and what comes when nothing helps."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic.sandboxes.billing.customers import declined_card
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.invoices import Invoices, wrong_state
from synthetic.sandboxes.billing.payments import DAY, Payments
from synthetic.sandboxes.billing.values import BillingError, Params, Record


@dataclass(frozen=True, slots=True)
class Dunning:
    """How often a failed payment is tried again, and what happens when nothing helps.

    Attributes:
        retry_days: Days after the first failure (workflows.md W8: 1, 3, 7, 14).
        suspend_days: Days after which the subscription is `unpaid`: it may not be used until it is paid (W8: 21).
        end_days: Days after which the subscription ends (W8: 30).
        final: State of the subscription then: `canceled`, `unpaid` or `past_due`.
    """

    retry_days: tuple[int, ...] = (1, 3, 7, 14)
    suspend_days: int = 21
    end_days: int = 30
    final: str = "canceled"


class Collection:
    """Gets open invoices paid."""

    def __init__(self, desk: Desk, invoices: Invoices, payments: Payments, dunning: Dunning) -> None:
        """Work at a desk."""
        self._desk = desk
        self._invoices = invoices
        self._payments = payments
        self._dunning = dunning

    def pay(self, params: Params) -> Record:
        """Pay an invoice now, with its own method, another one, or outside of billing.

        Raises:
            BillingError: It is not open, or the card was declined (which is recorded all the same).
        """
        invoice = self._invoices.retrieve(params)
        if invoice["status"] == "draft":
            invoice = self._invoices.finalize(params)
        if invoice["status"] == "paid":
            raise wrong_state("Invoice is already paid")
        if invoice["status"] not in ("open", "uncollectible"):
            raise wrong_state(f"An invoice that is {invoice['status']} can't be paid")
        if params.boolean("paid_out_of_band"):
            return self._invoices.settled(invoice, out_of_band=True)
        invoice = self.collect(invoice, params.text("payment_method") or None)
        if invoice["status"] == "paid":
            return invoice
        intent = self._desk.find("payment_intent", invoice["payment_intent"])
        if intent["status"] == "processing":
            return invoice
        error = intent["last_payment_error"]
        if error["type"] != "card_error":
            raise BillingError(error["message"], code="invoice_payment_intent_requires_action", status=402)
        refusal = declined_card(error["decline_code"])
        refusal.code = error["code"]
        raise refusal

    def collect(self, invoice: Record, method: str | None = None) -> Record:
        """Try to collect an open invoice; afterwards it is paid, or waits for its next attempt."""
        intent = self._desk.find("payment_intent", invoice["payment_intent"])
        if intent["status"] == "processing":
            return invoice
        if invoice["amount_remaining"] != intent["amount"]:
            intent = self._desk.save(intent | {"amount": invoice["amount_remaining"]})
        intent = self._payments.attempt(intent, method or self._method(invoice))
        invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
        if intent["status"] == "succeeded":
            return self._invoices.settled(invoice, intent["latest_charge"])
        if intent["status"] == "processing":
            return self._desk.save(invoice)
        return self._failed(invoice)

    def settle(self, intent_id: str) -> None:
        """Take the bank's answer to a debit."""
        intent = self._payments.settle(intent_id)
        if intent is None or not intent["invoice"]:
            return
        invoice = self._desk.find("invoice", intent["invoice"])
        if intent["status"] == "succeeded":
            self._invoices.settled(invoice, intent["latest_charge"])
        else:
            self._failed(invoice)

    def finalize_due(self, invoice_id: str) -> None:
        """Finalise a draft an hour after it was made, and collect it."""
        invoice = self._desk.storage.get(invoice_id)
        if invoice and invoice["status"] == "draft" and invoice["auto_advance"]:
            self.finish(invoice)

    def finish(self, invoice: Record) -> Record:
        """Finalise a draft and, where billing owns the collection, collect it; a preview stops at the draft."""
        if self._desk.dry:
            return invoice
        invoice = self._invoices.finalize(Params({"id": invoice["id"]}))
        if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
            return self.collect(invoice)
        return invoice

    def retry(self, invoice_id: str) -> None:
        """Try a failed invoice again."""
        invoice = self._desk.find("invoice", invoice_id)
        if invoice["status"] == "open":
            self.collect(invoice)

    def overdue(self, invoice_id: str) -> None:
        """Tell that an invoice sent to the customer is past its due date."""
        invoice = self._desk.find("invoice", invoice_id)
        if invoice["status"] == "open":
            self._desk.emit("invoice.overdue", invoice)
            self._invoices.on_change(invoice, "overdue")

    def suspended(self, invoice_id: str) -> None:
        """Tell that an invoice is open for so long that what it is for may not be used any more."""
        invoice = self._desk.find("invoice", invoice_id)
        if invoice["status"] == "open":
            self._invoices.on_change(invoice, "suspended")

    def lost(self, invoice_id: str) -> None:
        """Tell that nothing helped."""
        invoice = self._desk.find("invoice", invoice_id)
        if invoice["status"] == "open":
            self._invoices.on_change(invoice, "lost")

    def _failed(self, invoice: Record) -> Record:
        at = self._desk.now(invoice["customer"])
        count = invoice["attempt_count"]
        days = self._dunning.retry_days
        wait = days[count - 1] - (days[count - 2] if count > 1 else 0) if count <= len(days) else 0
        invoice["next_payment_attempt"] = at + wait * DAY if wait else None
        if count == 1:
            self._desk.plan(at + self._dunning.suspend_days * DAY, "suspend", invoice)
            self._desk.plan(at + self._dunning.end_days * DAY, "lost", invoice)
        self._desk.storage.cancel_jobs(invoice["id"], ("retry",))
        if wait:
            self._desk.plan(at + wait * DAY, "retry", invoice)
        self._desk.save(invoice, "invoice.payment_failed")
        self._invoices.on_change(invoice, "failed")
        return self._desk.find("invoice", invoice["id"])

    def _method(self, invoice: Record) -> str | None:
        """Return what an invoice is charged to: its own method, its subscription's, its customer's."""
        subscription = self._desk.storage.get(invoice["subscription"]) if invoice["subscription"] else None
        customer = self._desk.find("customer", invoice["customer"])
        found: str | None = (
            invoice["default_payment_method"]
            or (subscription or {}).get("default_payment_method")
            or customer["invoice_settings"]["default_payment_method"]
        )
        return found
