"""What is seen in billing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from synthetic.deeds import Answer
from synthetic.systems.billing import PriceList, billed_lines, customer_facts
from synthetic.systems.stripe.api import StripeApi
from synthetic.systems.stripe.catalogue import meter_name


class StripeLooks:
    """Operations are the public methods, named as probes say them."""

    def __init__(self, api: StripeApi, prices: PriceList) -> None:
        """Keep them."""
        self._api = api
        self._prices = prices

    def customer_of(self, account: str) -> Answer:
        """Show the billing customers of an account, and those of its name that were made under another one."""
        known = self._api.list("customers")
        found = [one for one in known if one["metadata"].get("account") == account]
        if not found:
            return {"count": 0}
        own, alike = found[0], ("legal_entity", "tax_id")
        found += [
            one
            for one in known
            if one["metadata"].get("account") != account
            and one["name"] == own["name"]
            and all(one["metadata"].get(name) == own["metadata"].get(name) for name in alike)
        ]
        return customer_facts(found[0]["id"], len(found), found[0]["name"], found[0]["metadata"])

    def subscription_of(self, subscription: str) -> Answer:
        """Show a subscription."""
        found = self._api.get(f"subscriptions/{subscription}")
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
            "effective": found["metadata"].get("effective_date", ""),
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
            **billed_lines(map(_sold, lines)),
        }

    def invoices_of(self, subscription: str) -> Answer:
        """Show how many invoices a subscription has and what they sum to."""
        found = [one for one in self._invoices("", subscription) if one["status"] != "draft"]
        return {"count": len(found), "total": sum(int(one["total"]) for one in found)}

    def usage_of(self, customer: str, sku: str, since: int, until: int) -> Answer:
        """Show how much a customer used between two times, and what of it was billed: at its cut, or later."""
        meter = next((one for one in self._api.list("billing/meters") if one["event_name"] == meter_name(sku)), None)
        if meter is None:
            return {"count": 0}
        window = {"customer": customer, "start_time": since, "end_time": until}
        found = self._api.get(f"billing/meters/{meter['id']}/event_summaries", window)["data"]
        received = sum(int(one["aggregated_value"]) for one in found)
        done = [one for one in self._api.list("invoices", {"customer": customer}) if one["status"] != "draft"]
        lines = [line for one in done for line in one["lines"]["data"] if _is_of(line, sku, since, until)]
        billed = sum(int(line["quantity"] or 0) for line in lines if not _is_late(line))
        items = self._api.list("invoiceitems", {"customer": customer})
        late = sum(int(one["quantity"] or 0) for one in items if _is_late(one) and _is_of(one, sku, since, until))
        return {"count": 1, "received": received, "billed": billed, "late": late}

    def preview_of(self, subscription: str, quantity: int) -> Answer:
        """Show what an amendment would cost, without doing it."""
        found = self._api.get(f"subscriptions/{subscription}")
        item = found["items"]["data"][0]
        shown = self._api.request(
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
        found = self._api.get(f"credit_notes/{credit}")
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
        subscriptions = [
            one["id"] for one in self._api.list("subscriptions", {"status": "all"}) if _is_left(one, before)
        ]
        invoices = [
            one["id"]
            for one in self._api.list("invoices", {"status": "open"})
            if _is_synthetic(one) and one["created"] < before
        ]
        disputes = [one["id"] for one in self._api.list("disputes") if self._is_left_dispute(one, before)]
        return {
            "count": len(subscriptions) + len(invoices) + len(disputes),
            "subscriptions": ",".join(subscriptions),
            "invoices": ",".join(invoices),
            "disputes": ",".join(disputes),
        }

    def _is_left_dispute(self, found: Mapping[str, Any], before: int) -> bool:
        """Whether a dispute waits for an answer, and is over an invoice of a probe."""
        if "response" not in str(found["status"]) or found["created"] >= before:
            return False
        charge = self._api.get(f"charges/{found['charge']}")
        return bool(charge.get("invoice")) and _is_synthetic(self._api.get(f"invoices/{charge['invoice']}"))

    def _invoices(self, invoice: str, subscription: str) -> list[dict[str, Any]]:
        if invoice:
            return [self._api.get(f"invoices/{invoice}")]
        return self._api.list("invoices", {"subscription": subscription})


def _sold(line: Mapping[str, Any]) -> tuple[str, int, int]:
    """Return SKU, net and tax of a line; where the tax is within its price, it is taken out of that."""
    sku = ((line.get("price") or {}).get("metadata") or {}).get("sku") or line["metadata"].get("sku", "")
    taxes = line.get("tax_amounts") or ()
    within = sum(int(one["amount"]) for one in taxes if one.get("inclusive"))
    return sku, int(line["amount"]) - within, sum(int(one["amount"]) for one in taxes)


def _is_of(line: Mapping[str, Any], sku: str, since: int, until: int) -> bool:
    """Whether a line sells a SKU over days that lie between two times, in part or whole."""
    return _sold({"amount": 0, **line})[0] == sku and line["period"]["start"] < until and line["period"]["end"] > since


def _is_late(line: Mapping[str, Any]) -> bool:
    return bool(line["metadata"].get("late_usage"))


def _is_synthetic(found: Mapping[str, Any]) -> bool:
    return (found.get("metadata") or {}).get("synthetic") == "true"


def _is_left(found: Mapping[str, Any], before: int) -> bool:
    return (
        _is_synthetic(found) and found["status"] not in {"canceled", "incomplete_expired"} and found["created"] < before
    )


def _day(at: int, zone: ZoneInfo) -> str:
    return str(datetime.fromtimestamp(at, UTC).astimezone(zone).date())
