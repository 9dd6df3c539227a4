"""Previews: what an invoice would be, worked out by really doing it and undoing everything."""

from __future__ import annotations

from synthetic.sandboxes.billing.amendments import Amendments
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.subscriptions import Subscriptions
from synthetic.sandboxes.billing.values import BillingError, Params, Record

_AMENDING = ("items", "proration_behavior", "proration_date", "default_tax_rates", "cancel_at_period_end")
_BEGINNING = (*_AMENDING, "trial_end", "trial_period_days", "billing_cycle_anchor", "metadata")


class Preview:
    """The invoice that would come, without side effect: a preview equals its invoice by construction."""

    def __init__(self, desk: Desk, subscriptions: Subscriptions, amendments: Amendments) -> None:
        """Work at a desk."""
        self._desk = desk
        self._subscriptions = subscriptions
        self._amendments = amendments

    def create(self, params: Params) -> Record:
        """Return the next invoice of a subscription, of one after an amendment, or of one not begun yet."""
        subscription = params.text("subscription")
        details = params.part("subscription_details")
        customer = params.text("customer")
        self._desk.dry = True
        try:
            with self._desk.storage.transaction(keep=False):
                invoice = self._amended(subscription, details) if subscription else self._begun(customer, details)
        finally:
            self._desk.dry = False
        invoice["lines"]["url"] = "/v1/invoices/upcoming/lines"
        return invoice

    def upcoming(self, params: Params) -> Record:
        """Return the same in the older form: parameters named `subscription_items` and so on, and no id."""
        given: Record = {}
        for name in _BEGINNING:
            if params.has(f"subscription_{name}"):
                given[name] = params.values[f"subscription_{name}"]
        asked = {"subscription": params.text("subscription"), "customer": params.text("customer")}
        invoice = self.create(Params(asked | {"subscription_details": given}))
        return {name: value for name, value in invoice.items() if name != "id"}

    def _amended(self, identifier: str, details: Params) -> Record:
        given = {name: details.values[name] for name in _AMENDING if name in details.values}
        record = self._desk.find("subscription", identifier)
        if given:
            before = record["latest_invoice"]
            record = self._amendments.update(Params({"id": identifier} | given))
            if record["latest_invoice"] != before:
                return self._desk.find("invoice", record["latest_invoice"])
        if record["status"] == "canceled" or record["cancel_at_period_end"]:
            raise BillingError("No upcoming invoices for this subscription.", status=404, code="invoice_upcoming_none")
        return self._subscriptions.next_invoice(record)

    def _begun(self, customer: str, details: Params) -> Record:
        given = {name: details.values[name] for name in _BEGINNING if name in details.values}
        if not given or not customer:
            raise BillingError("No upcoming invoices for this customer.", status=404, code="invoice_upcoming_none")
        record = self._subscriptions.create(Params({"customer": customer} | given))
        return self._desk.find("invoice", record["latest_invoice"])
