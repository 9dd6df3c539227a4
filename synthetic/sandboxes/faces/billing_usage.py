"""`billing-usage`: events judged one by one, and the balance that must hold at the cut of a month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from harness.catalog import Catalog
from harness.catalog.currencies import CURRENCIES
from harness.model.money import half_up
from synthetic.sandboxes.billing.values import BillingError, Record
from synthetic.sandboxes.faces.billing_core import Billing, listed, stamp
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, day
from synthetic.sandboxes.ledger.master import Master

_GRACE = timedelta(hours=48)
_TOO_OLD = timedelta(days=366)
_THRESHOLDS = [80, 100]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURRENCY = {"US-01": "USD", "JP-01": "JPY"}
Events = MutableMapping[str, dict[str, Any]]


class BillingUsage:
    """Operations of the contract over one core; `events` keeps every event that came, as it was judged."""

    def __init__(self, billing: Billing, catalog: Catalog, events: Events) -> None:
        """Read what is metered from the catalog."""
        self._billing = billing
        self._master = Master(catalog)
        skus = next(one for one in catalog.mappings() if one.name == "skus")
        self._meters = {
            str(row.values["billing"]).lower().replace("-", "_"): str(row.values["billing"])
            for row in skus.rows
            if row.values["class"] == "USAGE" and row.values.get("channel", "direct") == "direct"
        }
        self._events = events

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listMeters": lambda asked: listed(map(self._meter, self._meters), asked, name="meter"),
            "getUsageBalance": self._balance,
            "sendUsage": lambda asked: {"results": [self._taken(one) for one in asked.body["events"]]},
            "listUsageEvents": lambda asked: listed(
                self._events.values(), asked, "meter", "customer_id", "usage_period", "status"
            ),
        }

    def _meter(self, name: str) -> dict[str, Any]:
        grace = int(_GRACE.total_seconds() // 3600)
        told = {"aggregation": "sum", "grace_hours": grace, "thresholds": _THRESHOLDS}
        return {"meter": name, "sku": self._meters[name], **told}

    def _taken(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Judge an event and keep it; what is accepted is metered in the core."""
        status, why, customer = self._judged(event)
        entity = self._billing.entity_of(customer) if customer else "DE-01"
        at = _moment(event["event_time"])
        local = at.astimezone(self._zone(entity)) if at > _EPOCH else at
        found = {
            **{name: event[name] for name in ("id", "meter", "customer_id", "quantity", "event_time")},
            **{name: event[name] for name in ("subscription_id", "properties", "synthetic") if name in event},
            "source_system": "product",
            "legal_entity": entity,
            "received_at": stamp(self._billing.desk.live()),
            "usage_period": f"{local.year:04}-{local.month:02}",
            "status": status,
            **({"reject_reason": why} if why else {}),
        }
        place = event["id"] if status != "duplicate" else f"{event['id']}/{len(self._events)}"
        self._events[place] = found
        return found

    def _judged(self, event: Mapping[str, Any]) -> tuple[str, str, Record | None]:
        customer = self._billing.desk.storage.get(event["customer_id"])
        if why := self._malformed(event, customer):
            return "rejected", why, None
        assert customer is not None  # noqa: S101  (it was found)
        known = self._events.get(event["id"])
        if known is not None and known["status"] != "rejected":
            return "duplicate", "", customer
        at = _moment(event["event_time"]).astimezone(UTC)
        now = datetime.fromtimestamp(self._billing.desk.live(), UTC)
        if now - at > _TOO_OLD:
            return "rejected", "too_old", customer
        found = self._metered(event, customer, at)
        is_late = now > self._cut(at, self._billing.entity_of(customer)) + _GRACE
        return ("late", "", customer) if is_late and found[0] == "accepted" else found

    def _malformed(self, event: Mapping[str, Any], customer: Record | None) -> str:
        """Return why an event can be nobody's, "" if it can."""
        if customer is None or customer.get("object") != "customer" or not self._billing.entity_of(customer):
            return "unknown_customer"
        if event["meter"] not in self._meters:
            return "unknown_meter"
        return "" if _moment(event["event_time"]) > _EPOCH else "malformed"

    def _metered(self, event: Mapping[str, Any], customer: Record, at: datetime) -> tuple[str, str, Record | None]:
        params = {
            "event_name": event["meter"],
            "payload": {"stripe_customer_id": customer["id"], "value": str(event["quantity"])},
            "identifier": event["id"],
            "timestamp": int(at.timestamp()),
        }
        try:
            self._ensure(event["meter"])
            self._billing.core.call("meter_events.create", params)
        except BillingError as error:
            if error.code == "duplicate_meter_event":
                return "duplicate", "", customer
            return "rejected", "too_old" if error.code == "timestamp_too_far_in_past" else "malformed", customer
        return "accepted", "", customer

    def _ensure(self, meter: str) -> None:
        """Make the meter in the core, if no price did."""
        if not any(one["event_name"] == meter for one in self._billing.desk.storage.all("billing.meter")):
            given = {"display_name": self._meters[meter], "event_name": meter}
            self._billing.core.call("meters.create", given | {"default_aggregation": {"formula": "sum"}})

    def _cut(self, at: datetime, entity: str) -> datetime:
        """Return when the month of a moment ends, where the company is."""
        local = at.astimezone(self._zone(entity))
        first = date(local.year + local.month // 12, local.month % 12 + 1, 1)
        return datetime(first.year, first.month, 1, tzinfo=local.tzinfo).astimezone(UTC)

    def _zone(self, entity: str) -> Any:
        return self._billing.zone({"metadata": {"legal_entity": entity}})

    def _balance(self, asked: Asked) -> Any:
        meter, customer, period = asked["meter"], asked["customer_id"], asked["usage_period"]
        if meter not in self._meters:
            raise RefusalError(404, f"No meter {meter}.")
        day(f"{period}-01", status=404)
        found = self._billing.found("customer", customer)
        sums = dict.fromkeys(("accepted", "duplicate", "rejected", "late"), 0)
        for one in self._events.values():
            if (one["meter"], one["customer_id"], one["usage_period"]) == (meter, customer, period):
                sums[one["status"]] += one["quantity"]
        entity = self._billing.entity_of(found)
        currency = _CURRENCY.get(entity, "EUR")
        return {
            "meter": meter,
            "customer_id": customer,
            "legal_entity": entity,
            "usage_period": period,
            "received": sum(sums.values()),
            "billed": sums["accepted"],
            "duplicates": sums["duplicate"],
            "rejected": sums["rejected"],
            "late": sums["late"],
            "amount": self._rated(self._meters[meter], sums["accepted"], currency, period),
            "currency": currency,
            "invoice_id": next(self._invoices(customer, self._meters[meter], period), None),
        }

    def _rated(self, sku: str, quantity: int, currency: str, period: str) -> int:
        """Return what a quantity costs by graduated tiers, rounded once; nothing where it has no price."""
        total, below = Fraction(0), 0
        for reach, price in self._master.tiers(sku, currency, day(f"{period}-01")):
            upper = quantity if reach is None else min(quantity, reach)
            total += max(upper - below, 0) * Fraction(Decimal(price))
            below = max(below, upper)
        return half_up(total * 10 ** CURRENCIES[currency])

    def _invoices(self, customer: str, sku: str, period: str) -> Iterator[str]:
        for invoice in self._billing.desk.storage.all("invoice", customer=customer):
            for line in invoice["lines"]["data"]:
                price = line["price"]
                is_metered = price and price["metadata"].get("sku") == sku and price["recurring"]
                if is_metered and self._billing.day(invoice, line["period"]["start"])[:7] == period:
                    yield str(invoice["id"])


def _moment(text: str) -> datetime:
    """Return a moment; one too near to an end of the calendar to be told in any zone becomes the first of all."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _EPOCH
    return found if 1970 < found.year <= 9000 else _EPOCH
