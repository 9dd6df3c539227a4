"""The billing core as the port `harness.ports.Billing`: plain calls, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from harness.ports import Fields
from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.values import BillingError, Record


class BillingPort:
    """Asks one core; every method raises `BillingError` where billing refuses.

    Args:
        core: The billing system.
    """

    def __init__(self, core: BillingCore) -> None:
        """Keep the core."""
        self._core = core

    def create_customer(self, request: Fields, *, key: str) -> Record:
        """Create a customer."""
        return self._core.call("customers.create", request, key=key)

    def subscribe(self, request: Fields, *, key: str) -> Record:
        """Begin a subscription."""
        return self._core.call("subscriptions.create", request, key=key)

    def amend(self, subscription: str, request: Fields, *, key: str) -> Record:
        """Change a subscription."""
        return self._core.call("subscriptions.update", {**request, "id": subscription}, key=key)

    def cancel(self, subscription: str, request: Fields, *, key: str) -> Record:
        """End a subscription now."""
        return self._core.call("subscriptions.cancel", {**request, "id": subscription}, key=key)

    def use(self, request: Fields, *, key: str) -> Record:
        """Report usage."""
        return self._core.call("meter_events.create", request, key=key)

    def draft_invoice(self, request: Fields, *, key: str) -> Record:
        """Draft a one-off invoice; `lines` are invoice items, keyed with the draft."""
        head = {name: value for name, value in request.items() if name != "lines"}
        invoice = self._core.call("invoices.create", {**head, "pending_invoice_items_behavior": "exclude"}, key=key)
        for number, line in enumerate(request.get("lines", [])):
            item = {**line, "customer": invoice["customer"], "invoice": invoice["id"]}
            self._core.call("invoice_items.create", item, key=f"{key}/line-{number}")
        return self.invoice(invoice["id"])

    def finalise(self, invoice: str, *, key: str) -> Record:
        """Finalise a draft."""
        return self._core.call("invoices.finalize", {"id": invoice}, key=key)

    def pay(self, invoice: str, request: Fields, *, key: str) -> Record:
        """Pay an invoice."""
        return self._core.call("invoices.pay", {**request, "id": invoice}, key=key)

    def void(self, invoice: str, *, key: str) -> Record:
        """Void an invoice."""
        return self._core.call("invoices.void", {"id": invoice}, key=key)

    def credit(self, request: Fields, *, key: str) -> Record:
        """Issue a credit note."""
        return self._core.call("credit_notes.create", request, key=key)

    def refund(self, request: Fields, *, key: str) -> Record:
        """Give money back."""
        return self._core.call("refunds.create", request, key=key)

    def preview(self, request: Fields) -> Record:
        """Return the invoice that would come, without side effect."""
        return self._core.call("invoices.create_preview", request)

    def invoice(self, invoice: str) -> Record:
        """Return an invoice."""
        return self._core.call("invoices.retrieve", {"id": invoice})

    def subscription(self, subscription: str) -> Record:
        """Return a subscription."""
        return self._core.call("subscriptions.retrieve", {"id": subscription})

    def invoices(self, *, customer: str = "", subscription: str = "") -> Sequence[Record]:
        """Return all invoices of a customer or subscription, newest first."""
        self._core.tick()
        return [
            invoice
            for invoice in self._core.desk.storage.all("invoice", customer=customer, newest_first=True)
            if subscription in ("", invoice["subscription"])
        ]

    def events(self, *, after: str = "", limit: int = 100) -> Sequence[Record]:
        """Return events in the order they happened, those after the event with id `after`."""
        self._core.tick()
        found = self._core.desk.storage.all("event")
        ids = [event["id"] for event in found]
        if after and after not in ids:
            raise BillingError(f"No such event: '{after}'", status=404, code="resource_missing")
        start = ids.index(after) + 1 if after else 0
        return found[start : start + limit]
