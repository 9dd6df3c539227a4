"""`billing-subscriptions`: begun from accepted orders, amended, renewed and cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from harness.model.money import half_up
from synthetic.deeds import RefusedError
from synthetic.sandboxes.billing.rating import price_amount
from synthetic.sandboxes.billing.values import Record
from synthetic.sandboxes.faces.billing_core import Billing, listed, stamp
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError
from synthetic.sandboxes.landscape.orders import Orders, major, months_after

_STATUS = {
    "incomplete": "pending",
    "unpaid": "past_due",
    "canceled": "cancelled",
    "incomplete_expired": "expired",
}
_ENDED = frozenset({"canceled", "incomplete_expired"})


class BillingSubscriptions:
    """Operations of the contract over one core and the orders of the landscape."""

    def __init__(self, billing: Billing, orders: Orders) -> None:
        """Keep them."""
        self._billing = billing
        self._orders = orders

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listSubscriptions": self._list,
            "activateSubscription": self._activate,
            "getSubscription": lambda asked: self._shown(self._found(asked)),
            "amendSubscription": self._amend,
            "renewSubscription": self._renew,
            "cancelSubscription": self._cancel,
        }

    def _found(self, asked: Asked) -> Record:
        return self._billing.found("subscription", asked["subscription_id"])

    def _running(self, asked: Asked) -> Record:
        found = self._found(asked)
        if found["status"] in _ENDED:
            raise RefusalError(409, f"{found['id']} has ended.")
        return found

    def _list(self, asked: Asked) -> Any:
        rows = [self._shown(one) for one in self._billing.all("subscription")]
        if (before := asked["renews_before"]) is not None:
            rows = [row for row in rows if row["auto_renew"] and row["term_end"] < before]
        return listed(rows, asked, "legal_entity", "customer_id", "contract_id", "status")

    def _activate(self, asked: Asked) -> Any:
        body = asked.body
        order = self._orders.orders.get(body["order_id"])
        if order is None or order["status"] != "accepted":
            raise RefusalError(422, f"No accepted order {body['order_id']}.")
        if known := self._orders.billing.subscription_of(body["order_id"]):
            raise RefusalError(409, f"Order {body['order_id']} became {known}.")
        if (order["contract_id"], order["start_date"]) != (body["contract_id"], body["term_start"]):
            raise RefusalError(422, f"The order is of {order['contract_id']} and begins on {order['start_date']}.")
        if body["term_start"] > str(self._orders.today(str(order["legal_entity"]))):
            raise RefusalError(422, f"The order begins on {body['term_start']}, and that by itself.")
        if body.get("trial_end"):
            raise RefusalError(422, "The order was confirmed without a trial.")
        try:
            name = self._orders.activate(body["order_id"])
        except RefusedError as error:
            raise RefusalError(409 if error.code == "state" else 422, error.message) from None
        return self._shown(self._billing.found("subscription", name))

    def _amend(self, asked: Asked) -> Any:
        found, body = self._running(asked), asked.body
        if body["contract_id"] != found["metadata"].get("contract_id"):
            raise RefusalError(422, f"{found['id']} is priced by {found['metadata'].get('contract_id')}.")
        if body["effective_date"] != str(self._billing.today(found)):
            raise RefusalError(422, f"An amendment takes effect when it is made, on {self._billing.today(found)}.")
        items = [self._amended(found, one) for one in body["items"]]
        version = {"contract_version": str(body["contract_version"])}
        params = {"id": found["id"], "items": items, "proration_behavior": "always_invoice", "metadata": version}
        changed = self._billing.do("subscriptions.update", params)
        invoice = self._billing.desk.storage.get(str(changed["latest_invoice"] or ""))
        if invoice is not None and invoice["status"] == "draft":
            self._billing.do("invoices.finalize", {"id": invoice["id"]})
        return self._shown(self._billing.found("subscription", found["id"]))

    def _amended(self, found: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
        known = next((one for one in found["items"]["data"] if _sku(one) == wanted["sku"]), None)
        quantity = Fraction(wanted["quantity"])
        if quantity.denominator != 1 or not 0 < quantity <= 1_000_000:
            raise RefusalError(422, f"{wanted['quantity']} is no quantity of {wanted['sku']}.")
        if known is None:
            raise RefusalError(422, f"{found['id']} has no {wanted['sku']}: order it.")
        if quantity < known.get("quantity", 0):
            raise RefusalError(422, "Less takes effect at the renewal, without a credit.")
        return {"id": known["id"], "quantity": int(quantity)}

    def _renew(self, asked: Asked) -> Any:
        """Agree on the next term: it begins where this one ends, at the old price times the uplift."""
        found, body = self._running(asked), asked.body
        end = date.fromisoformat(self._billing.day(found, found["current_period_end"]))
        start = date.fromisoformat(self._billing.day(found, found["current_period_start"]))
        months = (end.year - start.year) * 12 + end.month - start.month
        wanted = str(months_after(end, months))
        if body["term_end"] != wanted:
            raise RefusalError(422, f"The next term begins on {end} and ends on {wanted}.")
        uplift = Fraction(body.get("renewal_uplift_percent") or 0)
        if not -100 < uplift <= 1000:
            raise RefusalError(422, f"{body.get('renewal_uplift_percent')} is no uplift.")
        if found["schedule"]:
            raise RefusalError(409, f"The next term of {found['id']} is agreed on.")
        schedule = self._billing.do("subscription_schedules.create", {"from_subscription": found["id"]})
        now = {
            "start_date": found["current_period_start"],
            "end_date": found["current_period_end"],
            "items": [_same(item) for item in found["items"]["data"]],
        }
        then = {"iterations": 1, "items": [self._uplifted(item, uplift) for item in found["items"]["data"]]}
        phases = {"id": schedule["id"], "phases": [now, then], "end_behavior": "release"}
        self._billing.do("subscription_schedules.update", phases)
        words = {"renewal_uplift_percent": body.get("renewal_uplift_percent") or "0"}
        changed = {"id": found["id"], "cancel_at_period_end": "false", "metadata": words}
        return self._shown(self._billing.do("subscriptions.update", changed))

    def _uplifted(self, item: Record, uplift: Fraction) -> dict[str, Any]:
        price = item["price"]
        if not uplift or price["unit_amount"] is None:
            return _same(item)
        given = {
            "product": price["product"],
            "currency": price["currency"],
            "unit_amount": half_up(price["unit_amount"] * (1 + uplift / 100)),
            "recurring": {name: price["recurring"][name] for name in ("interval", "interval_count")},
            "metadata": price["metadata"],
        }
        return _same(item) | {"price": self._billing.do("prices.create", given)["id"]}

    def _cancel(self, asked: Asked) -> Any:
        found, body = self._running(asked), asked.body
        today = str(self._billing.today(found))
        end = self._billing.day(found, found["current_period_end"])
        day = body["effective_date"] or today
        words = {"cancel_reason": body.get("reason", "customer_request"), "approved_by": body.get("approved_by") or ""}
        if day == end and not body["refund_unearned"]:
            params = {"id": found["id"], "cancel_at_period_end": "true", "metadata": words}
            return self._shown(self._billing.do("subscriptions.update", params))
        if day != today:
            raise RefusalError(422, f"It ends today ({today}) or with its term ({end}), and only today with a refund.")
        self._billing.do("subscriptions.update", {"id": found["id"], "metadata": words})
        self._billing.do("subscriptions.cancel", {"id": found["id"]})
        if body["refund_unearned"]:
            self._credit_unearned(found, date.fromisoformat(today))
        return self._shown(self._billing.found("subscription", found["id"]))

    def _credit_unearned(self, found: Record, day: date) -> None:
        """Credit what of the last invoice is not earned, by calendar days (workflows.md W10)."""
        invoice = self._billing.desk.storage.get(str(found["latest_invoice"] or ""))
        if invoice is None or invoice["status"] not in ("open", "paid"):
            return
        lines = []
        for line in invoice["lines"]["data"]:
            start, end = (date.fromisoformat(self._billing.day(found, line["period"][edge])) for edge in _EDGES)
            if end > start and line["amount"] > 0:
                used = min(max((day - start).days, 0), (end - start).days)
                unearned = line["amount"] - half_up(Fraction(line["amount"] * used, (end - start).days))
                if unearned > 0:
                    part = {"type": "invoice_line_item", "invoice_line_item": line["id"], "amount": unearned}
                    lines.append(part)
        if lines:
            self._billing.do("credit_notes.create", {"invoice": invoice["id"], "lines": lines})

    def _shown(self, one: Record) -> dict[str, Any]:
        metadata = one["metadata"]
        billing = self._billing
        start, end = (billing.day(one, one[name]) for name in ("current_period_start", "current_period_end"))
        shown: dict[str, Any] = {
            "id": one["id"],
            "version": billing.version(one),
            "source_system": "billing",
            "customer_id": one["customer"],
            "contract_id": metadata.get("contract_id") or one["id"],
            "order_id": metadata.get("order_id"),
            "legal_entity": billing.entity_of(one),
            "currency": str(one["items"]["data"][0]["price"]["currency"]).upper(),
            "status": _STATUS.get(one["status"], one["status"]),
            "payment_terms": _terms(one),
            "items": [_item(item, start, end) for item in one["items"]["data"]],
            "term_start": start,
            "term_end": end,
            "trial_end": billing.day(one, one["trial_end"]) if one["trial_end"] else None,
            "auto_renew": not one["cancel_at_period_end"] and one["status"] not in _ENDED,
            "cancel_effective_date": self._ends_on(one, end),
            "cancelled_at": stamp(one["canceled_at"]),
            "activated_at": stamp(one["start_date"]),
            "synthetic": metadata.get("synthetic") == "true",
            "created_at": stamp(one["created"]),
        }
        kept = ("renewal_uplift_percent", "cancel_reason")
        return shown | {name: metadata[name] for name in kept if metadata.get(name)}

    def _ends_on(self, one: Record, end: str) -> str | None:
        if one["ended_at"]:
            return self._billing.day(one, one["ended_at"])
        return end if one["cancel_at_period_end"] else None


_EDGES = ("start", "end")


def _same(item: Record) -> dict[str, Any]:
    found = {"price": item["price"]["id"]}
    return found | ({"quantity": item["quantity"]} if "quantity" in item else {})


def _sku(item: Record) -> str:
    return str(item["price"]["metadata"].get("sku") or item["price"]["product"])


def _terms(one: Record) -> str:
    known = one["metadata"].get("payment_terms")
    if known:
        return str(known)
    if one["collection_method"] == "charge_automatically":
        return "CARD"
    return "NET60" if (one["days_until_due"] or 0) > 30 else "NET30"


def _item(item: Record, start: str, end: str) -> dict[str, Any]:
    price, quantity = item["price"], item.get("quantity", 0)
    return {
        "id": item["id"],
        "sku": _sku(item),
        "quantity": str(quantity),
        "unit_price": major(int(price["unit_amount"] or 0), str(price["currency"]).upper()),
        "net": price_amount(price, quantity) if quantity else 0,
        "current_period_start": start,
        "current_period_end": end,
    }
