"""The `billing` port over the Stripe API: a sandbox in process, a sandbox over HTTP, or Stripe test mode.

Our facts travel in metadata: `legal_entity`, `contract_id`, `tax_code`, `sku`, `account`, `synthetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from harness.model import JSON
from harness.model.money import half_up
from synthetic.deeds import Answer, Attempt, RefusedError
from synthetic.systems.stripe_money import Request, StripeMoney

_PORT = "billing"
_METHODS = {
    "card": "pm_card_visa",
    "failing": "pm_card_chargeCustomerFail",
    "disputed": "pm_card_createDispute",
    "unrefundable": "pm_card_refundFail",
}

_TOLD = {
    "invoice.finalized": "invoice.finalised",
    "invoice.voided": "invoice.voided",
    "charge.succeeded": "payment.succeeded",
    "customer.subscription.created": "subscription.changed",
    "customer.subscription.updated": "subscription.changed",
    "customer.subscription.deleted": "subscription.changed",
}
"""Events that metrics are counted from, and our words for them."""


class PriceList(Protocol):
    """What is sold at which price and under which tax."""

    def price(self, sku: str, currency: str) -> int:
        """Return the yearly price of one unit in minor units."""

    def tiers(self, sku: str, currency: str) -> list[tuple[int | None, str]]:
        """Return graduated tiers of metered use, in minor units; empty for a flat yearly price."""

    def tax(self, code: str) -> tuple[str, bool]:
        """Return the percentage of a tax code and whether prices include it."""

    def zone(self, entity: str) -> ZoneInfo:
        """Return the time zone of a legal entity."""


class StripeBilling(StripeMoney):
    """Adapter: operations are the public methods, named as probes say them."""

    def __init__(self, request: Request, prices: PriceList, *, synthetic: bool = True) -> None:
        """Speak through `request`; what is made is marked as synthetic, unless it is a sandbox's ordinary business."""
        self._mark = {"synthetic": "true"} if synthetic else {}
        self._request = request
        self._prices = prices
        self._price_ids: dict[tuple[str, str], str] = {}
        self._rate_ids: dict[str, str] = {}
        self._operations: Mapping[str, Callable[..., Answer]] = {
            name: getattr(self, name) for name in dir(self) if not name.startswith("_") and name != "call"
        }
        self._key = ""

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call."""
        operation = self._operations.get(attempt.operation)
        if operation is None:
            raise RefusedError(_PORT, "operation-unknown", f"no operation {attempt.operation}")
        self._key = attempt.key
        return operation(**attempt.request)

    # deeds

    def onboard(  # noqa: PLR0913, PLR0917  (a customer has these facts)
        self,
        account: str,
        name: str,
        entity: str,
        currency: str,
        terms: str = "CARD",
        tax_id: str = "",
        parent: str = "",
        method: str = "card",
    ) -> Answer:
        """Make the billing customer of an account, with a way to pay."""
        metadata = {
            "account": account,
            "legal_entity": entity,
            "payment_terms": terms,
            "tax_id": tax_id,
            "parent_id": parent,
            **self._mark,
        }
        found = self._post(
            "customers", {"name": name, "metadata": {k: v for k, v in metadata.items() if v}}, "customer"
        )
        if terms == "CARD":
            attached = self._post(f"payment_methods/{_METHODS[method]}/attach", {"customer": found["id"]}, "attach")
            settings = {"invoice_settings": {"default_payment_method": attached["id"]}}
            self._post(f"customers/{found['id']}", settings, "default")
        return {"id": found["id"], "currency": currency}

    def change_method(self, customer: str, method: str) -> Answer:
        """Give a customer another way to pay."""
        attached = self._post(f"payment_methods/{_METHODS[method]}/attach", {"customer": customer}, "attach")
        self._post(f"customers/{customer}", {"invoice_settings": {"default_payment_method": attached["id"]}}, "default")
        return {"id": attached["id"]}

    def subscribe(  # noqa: PLR0913, PLR0917  (a subscription has these facts)
        self,
        customer: str,
        sku: str,
        entity: str,
        currency: str,
        tax_code: str,
        contract: str,
        quantity: int = 1,
        terms: str = "CARD",
        trial_days: int = 0,
    ) -> Answer:
        """Begin a subscription; its first invoice is finalised at once."""
        params: dict[str, Any] = {
            "customer": customer,
            "items": [self._item(sku, currency, quantity)],
            "default_tax_rates": [self._rate(tax_code)],
            "metadata": {
                "legal_entity": entity,
                "contract_id": contract,
                "tax_code": tax_code,
                **self._mark,
            },
        }
        if terms != "CARD":
            params |= {"collection_method": "send_invoice", "days_until_due": int(terms.removeprefix("NET"))}
        if trial_days:
            params["trial_period_days"] = trial_days
        found = self._post("subscriptions", params, "subscription")
        return {"id": found["id"], "invoice": self._finalised(found["latest_invoice"])}

    def report_usage(self, customer: str, sku: str, quantity: int, event: str, at: int = 0) -> Answer:
        """Report usage under the id of its event; the same id counts once.

        Raises:
            RefusedError: `duplicate_meter_event`.
        """
        payload = {"stripe_customer_id": customer, "value": str(quantity)}
        params: dict[str, Any] = {"event_name": _meter(sku), "payload": payload, "identifier": event}
        self._post("billing/meter_events", params | ({"timestamp": at} if at else {}), "usage")
        return {"event": event}

    def amend(self, subscription: str, quantity: int) -> Answer:
        """Change the quantity now, prorated and invoiced at once."""
        found = self._get(f"subscriptions/{subscription}")
        item = found["items"]["data"][0]
        changed = self._post(
            f"subscriptions/{subscription}",
            {"items": [{"id": item["id"], "quantity": quantity}], "proration_behavior": "always_invoice"},
            "amend",
        )
        return {"id": subscription, "invoice": self._finalised(changed["latest_invoice"])}

    def plan_renewal(self, subscription: str, uplift: str = "0", quantity: int = 0) -> Answer:
        """Plan what the next term costs: `uplift` percent more for a unit, or another quantity; this one stays."""
        found = self._get(f"subscriptions/{subscription}")
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
            price = self._post("prices", params, "price")["id"]
        now = {"items": [{"price": old["id"], "quantity": item["quantity"]}]}
        now |= {"start_date": found["current_period_start"], "end_date": found["current_period_end"]}
        then = {"items": [{"price": price, "quantity": quantity or item["quantity"]}], "iterations": 1}
        schedule = self._post("subscription_schedules", {"from_subscription": subscription}, "schedule")
        phases = [one | {"proration_behavior": "none"} for one in (now, then)]
        self._post(f"subscription_schedules/{schedule['id']}", {"phases": phases}, "phases")
        return {"id": schedule["id"], "price": amount}

    def cancel(self, subscription: str, when: str = "now", *, refundable: bool = True) -> Answer:
        """Cancel now or at the end of the period; cancelling twice is no mistake.

        What is not used is credited by whoever asks for it; where it is not `refundable` the subscription says so.
        """
        found = self._get(f"subscriptions/{subscription}")
        if found["status"] == "canceled":
            return {"id": subscription, "status": "canceled"}
        if not refundable:
            self._post(f"subscriptions/{subscription}", {"metadata": {"refundable": "false"}}, "final")
        if when == "period_end":
            changed = self._post(f"subscriptions/{subscription}", {"cancel_at_period_end": "true"}, "cancel")
        else:
            changed = self._request("DELETE", f"subscriptions/{subscription}", {}, "")
        return {"id": subscription, "status": changed["status"]}

    def pay(self, invoice: str) -> Answer:
        """Try to collect an invoice now."""
        found = self._post(f"invoices/{invoice}/pay", {}, "pay")
        return {"id": invoice, "status": found["status"], "payment": found.get("charge")}

    def mark_paid(self, invoice: str) -> Answer:
        """Mark an invoice as paid outside of billing: a bank transfer that the ledger applied."""
        if self._get(f"invoices/{invoice}")["status"] == "paid":
            return {"id": invoice, "status": "paid"}
        found = self._post(f"invoices/{invoice}/pay", {"paid_out_of_band": "true"}, "paid")
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
            self._post("invoiceitems", item, f"item-{number}")
        params: dict[str, Any] = {
            "customer": customer,
            "auto_advance": "true",
            "default_tax_rates": [self._rate(tax_code)],
            "metadata": {"legal_entity": entity, "contract_id": contract, "tax_code": tax_code, **self._mark},
        }
        if terms != "CARD":
            params |= {"collection_method": "send_invoice", "days_until_due": int(terms.removeprefix("NET"))}
        if dated:
            params["metadata"]["document_date"] = dated
        draft = self._post("invoices", params, "invoice")
        found = self._post(f"invoices/{draft['id']}/finalize", {}, "finalize")
        return {"id": found["id"]}

    def void(self, invoice: str) -> Answer:
        """Void an open invoice."""
        return {"id": invoice, "status": self._post(f"invoices/{invoice}/void", {}, "void")["status"]}

    def credit(self, invoice: str, net: int, reason: str = "order_change", scope: str = "", refund: int = 0) -> Answer:
        """Credit part of the first line of an invoice, with its tax; `refund` of it goes back to the card."""
        found = self._get(f"invoices/{invoice}")
        line = found["lines"]["data"][0]
        params: dict[str, Any] = {
            "invoice": invoice,
            "lines": [{"type": "invoice_line_item", "invoice_line_item": line["id"], "amount": net}],
            "reason": reason,
            "metadata": {"scope": scope} if scope else {},
        }
        if found["status"] == "paid":
            params |= {"refund_amount": refund} if refund else {}
        note = self._post("credit_notes", params, "credit")
        return {"id": note["id"], "total": note["total"], "refund": note.get("refund")}

    # looks

    def customer_of(self, account: str) -> Answer:
        """Show the billing customers of an account."""
        found = [one for one in self._list("customers") if one["metadata"].get("account") == account]
        if not found:
            return {"count": 0}
        metadata = found[0]["metadata"]
        return {
            "count": len(found),
            "customer": found[0]["id"],
            "name": found[0]["name"],
            "entity": metadata.get("legal_entity", ""),
            "terms": metadata.get("payment_terms", ""),
            "tax_id": metadata.get("tax_id", ""),
            "parent": metadata.get("parent_id", ""),
        }

    def subscription_of(self, subscription: str) -> Answer:
        """Show a subscription."""
        found = self._get(f"subscriptions/{subscription}")
        item = found["items"]["data"][0]
        zone = self._prices.zone(found["metadata"].get("legal_entity", ""))
        return {
            "count": 1,
            "status": found["status"],
            "plan": item["price"]["metadata"].get("sku", ""),
            "quantity": item["quantity"],
            "price": item["price"]["unit_amount"],
            "contract": found["metadata"].get("contract_id", ""),
            "entity": found["metadata"].get("legal_entity", ""),
            "start": _day(found["current_period_start"], zone),
            "end": _day(found["current_period_end"], zone),
            "ends": found["cancel_at_period_end"],
        }

    def invoice_of(self, invoice: str = "", subscription: str = "") -> Answer:
        """Show an invoice, by its id or the newest of a subscription."""
        found = self._invoices(invoice, subscription)
        if not found or found[0]["status"] == "draft":
            return {"count": 0}
        one = found[0]
        lines = one["lines"]["data"]
        zone = self._prices.zone(one["metadata"].get("legal_entity", "") or "")
        tax = int(one.get("tax") or 0)
        return {
            "count": len(found) if invoice else 1,
            "invoice": one["id"],
            "status": one["status"],
            "currency": str(one["currency"]).upper(),
            "net": int(one["total"]) - tax,
            "tax": tax,
            "total": int(one["total"]),
            "open": int(one["amount_remaining"]),
            "entity": one["metadata"].get("legal_entity", ""),
            "contract": one["metadata"].get("contract_id", ""),
            "legal_number": one["number"],
            "lines": len(lines),
            "version": (one.get("status_transitions") or {}).get("finalized_at"),
            "quantity": sum(int(line.get("quantity") or 0) for line in lines),
            "start": min(_day(line["period"]["start"], zone) for line in lines) if lines else None,
            "end": max(_day(line["period"]["end"], zone) for line in lines) if lines else None,
            "payment": one.get("charge"),
            "attempts": one["attempt_count"],
        }

    def invoices_of(self, subscription: str) -> Answer:
        """Show how many invoices a subscription has and what they sum to."""
        found = [one for one in self._invoices("", subscription) if one["status"] != "draft"]
        return {"count": len(found), "total": sum(int(one["total"]) for one in found)}

    def usage_of(self, customer: str, sku: str, since: int, until: int) -> Answer:
        """Show how much a customer used between two times."""
        meter = next((one for one in self._list("billing/meters") if one["event_name"] == _meter(sku)), None)
        if meter is None:
            return {"count": 0}
        window = {"customer": customer, "start_time": since, "end_time": until}
        found = self._get(f"billing/meters/{meter['id']}/event_summaries", window)["data"]
        return {"count": 1, "received": sum(int(one["aggregated_value"]) for one in found)}

    def preview_of(self, subscription: str, quantity: int) -> Answer:
        """Show what an amendment would cost, without doing it."""
        found = self._get(f"subscriptions/{subscription}")
        item = found["items"]["data"][0]
        shown = self._request(
            "POST",
            "invoices/create_preview",
            {
                "subscription": subscription,
                "subscription_details": {
                    "items": [{"id": item["id"], "quantity": quantity}],
                    "proration_behavior": "always_invoice",
                },
            },
            "",
        )
        return {"count": 1, "total": int(shown["total"])}

    def credit_of(self, credit: str) -> Answer:
        """Show a credit note."""
        found = self._get(f"credit_notes/{credit}")
        return {
            "count": 1,
            "credit": found["id"],
            "status": found["status"],
            "total": int(found["total"]),
            "net": int(found["subtotal"]),
            "invoice": found["invoice"],
            "legal_number": found["number"],
            "version": found["created"],
        }

    def leftovers_of(self, before: int) -> Answer:
        """Show what is left of synthetic business that began before a time.

        Subscriptions nobody cancelled, invoices nobody paid or voided, disputes nobody answered.
        """
        subscriptions = [one["id"] for one in self._list("subscriptions", {"status": "all"}) if _is_left(one, before)]
        invoices = [
            one["id"]
            for one in self._list("invoices", {"status": "open"})
            if _is_synthetic(one) and one["created"] < before
        ]
        disputes = [one["id"] for one in self._list("disputes") if self._is_left_dispute(one, before)]
        return {
            "count": len(subscriptions) + len(invoices) + len(disputes),
            "subscriptions": ",".join(subscriptions),
            "invoices": ",".join(invoices),
            "disputes": ",".join(disputes),
        }

    def events_of(self, since: int, until: int) -> Answer:
        """Show what happened in [since, until) that metrics are counted from, oldest first.

        `until` of the answer says how far it reaches: a span with more than a page of events is halved, so that one
        call stays short, however far behind its reader is.
        """
        end, page = until, self._events(since, until)
        while page["has_more"] and end - since > 1:
            end = since + (end - since) // 2
            page = self._events(since, end)
        found = list(page["data"])
        while page["has_more"]:  # more than a page in one second
            page = self._events(since, end, starting_after=found[-1]["id"])
            found += page["data"]
        rows: list[JSON] = [_event_row(one) for one in reversed(found)]
        return {"count": len(rows), "events": rows, "until": end}

    # inside

    def _is_left_dispute(self, found: Mapping[str, Any], before: int) -> bool:
        """Whether a dispute waits for an answer, and is over an invoice of a probe."""
        if "response" not in str(found["status"]) or found["created"] >= before:
            return False
        charge = self._get(f"charges/{found['charge']}")
        return bool(charge.get("invoice")) and _is_synthetic(self._get(f"invoices/{charge['invoice']}"))

    def _events(self, since: int, until: int, **more: str) -> dict[str, Any]:
        created = {"gte": since, "lt": until}
        return self._get("events", {"types": list(_TOLD), "created": created, "limit": 100, **more})

    def _finalised(self, invoice: str | Mapping[str, Any]) -> str:
        """Return the id of an invoice that is no draft any more."""
        identifier = invoice if isinstance(invoice, str) else str(invoice["id"])
        if self._get(f"invoices/{identifier}")["status"] == "draft":
            self._post(f"invoices/{identifier}/finalize", {}, "finalize")
        return identifier

    def _item(self, sku: str, currency: str, quantity: int) -> dict[str, Any]:
        price = self._price(sku, currency)
        return {"price": price} if self._prices.tiers(sku, currency) else {"price": price, "quantity": quantity}

    def _price(self, sku: str, currency: str) -> str:
        if (sku, currency) not in self._price_ids:
            lookup = f"{sku}-{currency}"
            found = [one for one in self._list("prices") if one.get("lookup_key") == lookup]
            if not found:
                params = {
                    "currency": currency.lower(),
                    "product_data": {"name": sku},
                    "lookup_key": lookup,
                    "metadata": {"sku": sku},
                    **self._pricing(sku, currency),
                }
                found = [self._request("POST", "prices", params, f"price-{lookup}")]
            self._price_ids[sku, currency] = found[0]["id"]
        return self._price_ids[sku, currency]

    def _pricing(self, sku: str, currency: str) -> dict[str, Any]:
        tiers = self._prices.tiers(sku, currency)
        if not tiers:
            return {"unit_amount": self._prices.price(sku, currency), "recurring": {"interval": "year"}}
        meter = self._request(
            "POST",
            "billing/meters",
            {"display_name": sku, "event_name": _meter(sku), "default_aggregation": {"formula": "sum"}},
            f"meter-{sku}",
        )
        return {
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": [
                {"up_to": "inf" if reach is None else reach, "unit_amount_decimal": amount} for reach, amount in tiers
            ],
            "recurring": {"interval": "month", "usage_type": "metered", "meter": meter["id"]},
        }

    def _rate(self, code: str) -> str:
        if code not in self._rate_ids:
            found = [one for one in self._list("tax_rates") if one["metadata"].get("tax_code") == code]
            if not found:
                percentage, inclusive = self._prices.tax(code)
                params = {
                    "display_name": code,
                    "percentage": percentage,
                    "inclusive": str(inclusive).lower(),
                    "metadata": {"tax_code": code},
                }
                found = [self._request("POST", "tax_rates", params, f"rate-{code}")]
            self._rate_ids[code] = found[0]["id"]
        return self._rate_ids[code]

    def _invoices(self, invoice: str, subscription: str) -> list[dict[str, Any]]:
        if invoice:
            return [self._get(f"invoices/{invoice}")]
        return self._list("invoices", {"subscription": subscription})


def _event_row(event: Mapping[str, Any]) -> dict[str, JSON]:
    """Return an event in our words; the facts of a subscription's invoice may stand with the subscription."""
    found = event["data"]["object"]
    parent = (found.get("parent") or {}).get("subscription_details") or found.get("subscription_details") or {}
    metadata = {**(parent.get("metadata") or {}), **(found.get("metadata") or {})}
    return {
        "id": event["id"],
        "type": _TOLD[event["type"]],
        "at": int(event["created"]),
        "object": found["id"],
        "entity": metadata.get("legal_entity", ""),
        "synthetic": metadata.get("synthetic") == "true",
        "currency": str(found.get("currency") or "").upper(),
        "total": int(found.get("total") or found.get("amount") or 0),
        "tax": int(found.get("tax") or 0),
        "invoice": str(found.get("invoice") or ""),
        "subscription": str(found.get("subscription") or parent.get("subscription") or ""),
        "status": str(found.get("status") or ""),
    }


def _is_synthetic(found: Mapping[str, Any]) -> bool:
    return (found.get("metadata") or {}).get("synthetic") == "true"


def _is_left(found: Mapping[str, Any], before: int) -> bool:
    return (
        _is_synthetic(found) and found["status"] not in {"canceled", "incomplete_expired"} and found["created"] < before
    )


def _meter(sku: str) -> str:
    return sku.lower().replace("-", "_")


def _day(at: int, zone: ZoneInfo) -> str:
    return str(datetime.fromtimestamp(at, UTC).astimezone(zone).date())
