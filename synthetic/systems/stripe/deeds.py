"""What is done in billing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from harness.model.money import half_up
from synthetic.deeds import Answer
from synthetic.systems.billing import Customer, Sale, term_days
from synthetic.systems.stripe.api import StripeApi
from synthetic.systems.stripe.catalogue import Catalogue, meter_name

_METHODS = {
    "card": "pm_card_visa",
    "failing": "pm_card_chargeCustomerFail",
    "disputed": "pm_card_createDispute",
    "unrefundable": "pm_card_refundFail",
}


class StripeDeeds:
    """Operations are the public methods, named as probes say them."""

    def __init__(self, api: StripeApi, catalogue: Catalogue, *, synthetic: bool) -> None:
        """Keep them; what is made is marked as synthetic, unless it is a sandbox's ordinary business."""
        self._mark = {"synthetic": "true"} if synthetic else {}
        self._api = api
        self._catalogue = catalogue

    def onboard(self, **customer: Any) -> Answer:
        """Make the billing customer of an account (see `Customer`), with a way to pay."""
        asked = Customer(**customer)
        metadata = {"account": asked.account, **asked.facts(), **self._mark}
        found = self._api.post(
            "customers", {"name": asked.name, "metadata": {k: v for k, v in metadata.items() if v}}, "customer"
        )
        if asked.terms == "CARD":
            self.change_method(found["id"], asked.method)
        return {"id": found["id"], "currency": asked.currency}

    def change_method(self, customer: str, method: str) -> Answer:
        """Give a customer another way to pay."""
        attached = self._api.post(f"payment_methods/{_METHODS[method]}/attach", {"customer": customer}, "attach")
        self._api.post(
            f"customers/{customer}", {"invoice_settings": {"default_payment_method": attached["id"]}}, "default"
        )
        return {"id": attached["id"]}

    def subscribe(self, **sale: Any) -> Answer:
        """Begin a subscription (see `Sale`); its first invoice is finalised at once."""
        asked = Sale(**sale)
        params: dict[str, Any] = {
            "customer": asked.customer,
            "items": [self._catalogue.item(asked.sku, asked.currency, asked.quantity)],
            **self._facts(asked.entity, asked.contract, asked.tax_code, asked.terms),
        }
        if asked.trial_days:
            params["trial_period_days"] = asked.trial_days
        found = self._api.post("subscriptions", params, "subscription")
        return {"id": found["id"], "invoice": self._finalised(found["latest_invoice"])}

    def report_usage(self, customer: str, sku: str, quantity: int, event: str, at: int = 0) -> Answer:
        """Report usage under the id of its event; the same id counts once.

        Raises:
            RefusedError: `duplicate_meter_event`.
        """
        payload = {"stripe_customer_id": customer, "value": str(quantity)}
        params: dict[str, Any] = {"event_name": meter_name(sku), "payload": payload, "identifier": event}
        self._api.post("billing/meter_events", params | ({"timestamp": at} if at else {}), "usage")
        return {"event": event}

    def amend(self, subscription: str, quantity: int) -> Answer:
        """Change the quantity now, prorated and invoiced at once."""
        found = self._api.get(f"subscriptions/{subscription}")
        item = found["items"]["data"][0]
        changed = self._api.post(
            f"subscriptions/{subscription}",
            {"items": [{"id": item["id"], "quantity": quantity}], "proration_behavior": "always_invoice"},
            "amend",
        )
        return {"id": subscription, "invoice": self._finalised(changed["latest_invoice"])}

    def plan_renewal(self, subscription: str, uplift: str = "0", quantity: int = 0) -> Answer:
        """Plan what the next term costs: `uplift` percent more for a unit, or another quantity; this one stays."""
        found = self._api.get(f"subscriptions/{subscription}")
        item = found["items"]["data"][0]
        old = item["price"]
        amount = half_up(Fraction(int(old["unit_amount"])) * (1 + Fraction(uplift) / 100))
        price = old["id"]
        if amount != int(old["unit_amount"]):
            params = {
                "currency": old["currency"],
                "product": old["product"],
                "unit_amount": amount,
                "recurring": {"interval": old["recurring"]["interval"]},
                "metadata": {"sku": old["metadata"].get("sku", "")},
            }
            price = self._api.post("prices", params, "price")["id"]
        now = {"items": [{"price": old["id"], "quantity": item["quantity"]}]}
        now |= {"start_date": found["current_period_start"], "end_date": found["current_period_end"]}
        then = {"items": [{"price": price, "quantity": quantity or item["quantity"]}], "iterations": 1}
        schedule = self._api.post("subscription_schedules", {"from_subscription": subscription}, "schedule")
        phases = [one | {"proration_behavior": "none"} for one in (now, then)]
        self._api.post(f"subscription_schedules/{schedule['id']}", {"phases": phases}, "phases")
        return {"id": schedule["id"], "price": amount}

    def cancel(self, subscription: str, when: str = "now", *, refundable: bool = True, effective: str = "") -> Answer:
        """Cancel now or at the end of the period; cancelling twice is no mistake.

        What is not used is credited by whoever asks for it; where it is not `refundable` the subscription says so, and
        where it counts from a day before today (`effective`, YYYY-MM-DD) that one.
        """
        found = self._api.get(f"subscriptions/{subscription}")
        if found["status"] == "canceled":
            return {"id": subscription, "status": "canceled"}
        said = ({} if refundable else {"refundable": "false"}) | ({"effective_date": effective} if effective else {})
        if said:
            self._api.post(f"subscriptions/{subscription}", {"metadata": said}, "final")
        if when == "period_end":
            changed = self._api.post(f"subscriptions/{subscription}", {"cancel_at_period_end": "true"}, "cancel")
        else:
            changed = self._api.request("DELETE", f"subscriptions/{subscription}", {}, "")
        return {"id": subscription, "status": changed["status"]}

    def pay(self, invoice: str) -> Answer:
        """Try to collect an invoice now."""
        found = self._api.post(f"invoices/{invoice}/pay", {}, "pay")
        return {"id": invoice, "status": found["status"], "payment": found.get("charge")}

    def mark_paid(self, invoice: str) -> Answer:
        """Mark an invoice as paid outside of billing: a bank transfer that the ledger applied."""
        if self._api.get(f"invoices/{invoice}")["status"] == "paid":
            return {"id": invoice, "status": "paid"}
        found = self._api.post(f"invoices/{invoice}/pay", {"paid_out_of_band": "true"}, "paid")
        return {"id": invoice, "status": found["status"]}

    def bill(  # noqa: PLR0913, PLR0917  (an invoice has these facts)
        self,
        customer: str,
        sku: str,
        amounts: list[int],
        entity: str,
        currency: str,
        tax_code: str,
        contract: str = "",
        terms: str = "CARD",
        dated: str = "",
    ) -> Answer:
        """Bill something once: an invoice with one line per amount, finalised; `dated` (YYYY-MM-DD) if not today."""
        for number, amount in enumerate(amounts):
            item = {"customer": customer, "amount": amount, "currency": currency.lower(), "description": sku}
            item |= {"metadata": {"sku": sku}}
            self._api.post("invoiceitems", item, f"item-{number}")
        params = {"customer": customer, "auto_advance": "true", **self._facts(entity, contract, tax_code, terms)}
        if dated:
            params["metadata"]["document_date"] = dated
        draft = self._api.post("invoices", params, "invoice")
        found = self._api.post(f"invoices/{draft['id']}/finalize", {}, "finalize")
        return {"id": found["id"]}

    def void(self, invoice: str) -> Answer:
        """Void an open invoice."""
        return {"id": invoice, "status": self._api.post(f"invoices/{invoice}/void", {}, "void")["status"]}

    def credit(
        self, invoice: str, net: int, reason: str = "order_change", scope: str = "", refund: int = 0, aside: int = 0
    ) -> Answer:
        """Credit part of the first line of an invoice, with its tax.

        Of a paid one `refund` goes back to the card, and `aside` is given back later by others; the rest is set against
        what the customer owes next.
        """
        found = self._api.get(f"invoices/{invoice}")
        line = found["lines"]["data"][0]
        params: dict[str, Any] = {
            "invoice": invoice,
            "lines": [{"type": "invoice_line_item", "invoice_line_item": line["id"], "amount": net}],
            "reason": reason,
            "metadata": {"scope": scope} if scope else {},
        }
        if found["status"] == "paid":
            given = {"refund_amount": refund, "out_of_band_amount": aside}
            params |= {name: amount for name, amount in given.items() if amount}
        note = self._api.post("credit_notes", params, "credit")
        return {"id": note["id"], "total": note["total"], "refund": note.get("refund")}

    def _facts(self, entity: str, contract: str, tax_code: str, terms: str) -> dict[str, Any]:
        metadata = {"legal_entity": entity, "contract_id": contract, "tax_code": tax_code, **self._mark}
        facts: dict[str, Any] = {"default_tax_rates": [self._catalogue.rate(tax_code)], "metadata": metadata}
        if days := term_days(terms):
            facts |= {"collection_method": "send_invoice", "days_until_due": days}
        return facts

    def _finalised(self, invoice: str | Mapping[str, Any]) -> str:
        """Return the id of an invoice that is no draft any more."""
        identifier = invoice if isinstance(invoice, str) else str(invoice["id"])
        if self._api.get(f"invoices/{identifier}")["status"] == "draft":
            self._api.post(f"invoices/{identifier}/finalize", {}, "finalize")
        return identifier
