"""Usage: meters with events by identifier, and usage records on items; both rated when a period ends."""

from __future__ import annotations

from collections.abc import Iterator

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.lines import Charge, item_of
from synthetic.sandboxes.billing.payments import DAY
from synthetic.sandboxes.billing.periods import period_after
from synthetic.sandboxes.billing.rating import price_amount
from synthetic.sandboxes.billing.values import BillingError, Params, Record, exact, listing

_OLDEST, _NEWEST = 35 * DAY, 300
"""How far back and ahead of now, in seconds, usage may lie (Stripe: 35 days and five minutes)."""


class Usage:
    """What customers consumed."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create_meter(self, params: Params) -> Record:
        """Create a meter, which sums or counts events of one name per customer."""
        at = self._desk.live()
        record: Record = {
            "id": self._desk.name("mtr", params),
            "object": "billing.meter",
            "created": at,
            "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
            "default_aggregation": {
                "formula": params.part("default_aggregation").choice("formula", ("sum", "count", "last"), "sum")
            },
            "display_name": params.required("display_name"),
            "event_name": params.required("event_name"),
            "event_time_window": None,
            "livemode": False,
            "status": "active",
            "status_transitions": {"deactivated_at": None},
            "updated": at,
            "value_settings": {"event_payload_key": "value"},
        }
        if any(each["event_name"] == record["event_name"] for each in self._desk.storage.all("billing.meter")):
            raise BillingError("A meter with this event name exists.", param="event_name")
        return self._desk.save(record)

    def retrieve_meter(self, params: Params) -> Record:
        """Return a meter."""
        return self._desk.find("billing.meter", params.required("id"))

    def list_meters(self, params: Params) -> Record:
        """Return a page of meters."""
        return self._desk.page("billing.meter", params, "/v1/billing/meters")

    def record_event(self, params: Params) -> Record:
        """Take a usage event; one identifier counts once.

        What belongs to a period that was cut before is late: it is billed with the next invoice, as what it adds to
        the price of its own period.

        Raises:
            BillingError: Unknown meter or customer, no whole non-negative value, a time too far away, or an identifier
                seen before.
        """
        name = params.required("event_name")
        meter = next((each for each in self._desk.storage.all("billing.meter") if each["event_name"] == name), None)
        if meter is None:
            raise BillingError(f"No active meter found for event name {name}.", code="no_meter", param="event_name")
        payload = params.part("payload")
        customer = self._desk.find("customer", payload.required("stripe_customer_id"))
        value = exact(payload.text("value", "1"), "payload[value]")
        if value < 0 or value.denominator != 1:
            raise BillingError("The value must be a whole number, not below 0.", param="payload[value]")
        at = params.integer("timestamp", self._desk.now(customer["id"]))
        self._check_time(at, self._desk.now(customer["id"]))
        identifier = params.text("identifier") or self._desk.name("mevt_key")
        if not self._desk.storage.first_time(f"meter/{meter['id']}/{identifier}"):
            raise BillingError(
                f"An event already exists with identifier {identifier}.",
                code="duplicate_meter_event",
                param="identifier",
            )
        event: Record = {"id": self._desk.name("mevt"), "object": "sandbox.meter_event", "created": at}
        event |= {"customer": customer["id"], "meter": meter["id"], "value": int(value)}
        cut = list(self._cut(meter, customer["id"], at))
        before = [self.total(item, customer["id"], *period) for _, item, period in cut]
        self._desk.save(event)
        for (record, item, period), billed in zip(cut, before, strict=True):
            self._bill_late(record, item, period, billed, int(value))
        return {
            "object": "billing.meter_event",
            "created": self._desk.live(),
            "event_name": name,
            "identifier": identifier,
            "livemode": False,
            "payload": dict(payload.values),
            "timestamp": at,
        }

    def meter_summaries(self, params: Params) -> Record:
        """Return the total of a meter for a customer between two times."""
        meter = self._desk.find("billing.meter", params.required("id"))
        start, end = params.integer("start_time"), params.integer("end_time")
        total = self._metered(meter, params.required("customer"), start, end)
        summary: Record = {
            "id": f"mtrusg_{meter['id']}_{start}_{end}",
            "object": "billing.meter_event_summary",
            "aggregated_value": total,
            "end_time": end,
            "livemode": False,
            "meter": meter["id"],
            "start_time": start,
        }
        return listing([summary], f"/v1/billing/meters/{meter['id']}/event_summaries")

    def record(self, params: Params) -> Record:
        """Take a usage record of an item: added, or set for its second."""
        item, subscription = self.owner(params.required("id"))
        if item["price"]["recurring"]["usage_type"] != "metered":
            raise BillingError("Usage records are for metered prices only.", param="id")
        quantity = params.integer("quantity", least=0)
        given = params.text("timestamp")
        at = self._desk.now(subscription["customer"]) if given in ("", "now") else params.integer("timestamp")
        if not subscription["current_period_start"] <= at < subscription["current_period_end"]:
            raise BillingError(
                "Cannot create the usage record with this timestamp because it is not within the current period.",
                code="timestamp_out_of_range",
                param="timestamp",
            )
        action = params.choice("action", ("increment", "set"), "increment")
        if action == "set":
            for each in self._records(item["id"], at, at + 1):
                self._desk.storage.drop(each["id"])
        record: Record = {"id": self._desk.name("mbur"), "object": "usage_record", "livemode": False}
        record |= {"quantity": quantity, "subscription_item": item["id"], "timestamp": at}
        return self._desk.save(record)

    def record_summaries(self, params: Params) -> Record:
        """Return the usage of an item in its current period."""
        item, subscription = self.owner(params.required("id"))
        start, end = subscription["current_period_start"], subscription["current_period_end"]
        summary: Record = {
            "id": f"sis_{item['id']}",
            "object": "usage_record_summary",
            "invoice": None,
            "livemode": False,
            "period": {"start": start, "end": end},
            "subscription_item": item["id"],
            "total_usage": self.total(item, subscription["customer"], start, end),
        }
        return listing([summary], f"/v1/subscription_items/{item['id']}/usage_record_summaries")

    def owner(self, item_id: str) -> tuple[Record, Record]:
        """Return a subscription item and its subscription.

        Raises:
            BillingError: There is none.
        """
        for subscription in self._desk.storage.all("subscription"):
            for item in subscription["items"]["data"]:
                if item["id"] == item_id:
                    return item, subscription
        raise BillingError(f"No such subscription_item: '{item_id}'", status=404, code="resource_missing", param="id")

    def total(self, item: Record, customer: str, start: int, end: int) -> int:
        """Return what an item consumed in `[start, end)`."""
        recurring = item["price"]["recurring"]
        if recurring["meter"]:
            return self._metered(self._desk.find("billing.meter", recurring["meter"]), customer, start, end)
        values = [record["quantity"] for record in self._records(item["id"], start, end)]
        return _aggregated(values, recurring["aggregate_usage"] or "sum")

    def charges(self, record: Record, start: int, end: int) -> list[Charge]:
        """Return what the metered items of a subscription owe for a period that ended, rounded once per line."""
        charges = []
        for item in record["items"]["data"]:
            price = item["price"]
            if price["recurring"]["usage_type"] != "metered":
                continue
            quantity = self.total(item, record["customer"], start, end)
            product = self._desk.find("product", price["product"])["name"]
            charges.append(
                Charge(
                    amount=price_amount(price, quantity),
                    currency=price["currency"],
                    description=f"{quantity} x {product}",
                    start=start,
                    end=end,
                    quantity=quantity,
                    price=price,
                    subscription=record["id"],
                    item=item["id"],
                    tax_rates=tuple(rate["id"] for rate in item["tax_rates"]),
                    metadata=record["metadata"],
                )
            )
        return charges

    def _check_time(self, at: int, now: int) -> None:
        if at < now - _OLDEST:
            raise BillingError(
                "The timestamp must be within the past 35 days.", code="timestamp_too_far_in_past", param="timestamp"
            )
        if at > now + _NEWEST:
            raise BillingError(
                "The timestamp is more than 5 minutes in the future.", code="timestamp_in_future", param="timestamp"
            )

    def _cut(self, meter: Record, customer: str, at: int) -> Iterator[tuple[Record, Record, tuple[int, int]]]:
        """Return subscription, item and period of what a meter counts, where the period of a time was cut before."""
        for record in self._desk.storage.all("subscription", customer=customer):
            cut = record["ended_at"] or record["current_period_start"]
            for item in record["items"]["data"]:
                recurring = item["price"]["recurring"]
                if recurring["meter"] == meter["id"] and record["start_date"] <= at < cut:
                    interval = recurring["interval"], recurring["interval_count"]
                    start, end = period_after(record["billing_cycle_anchor"], *interval, at)
                    yield record, item, (start, min(end, cut))

    def _bill_late(self, record: Record, item: Record, period: tuple[int, int], before: int, value: int) -> None:
        """Let usage of a period that was cut wait for the next invoice; all lines of a period sum to its price."""
        price, customer = item["price"], record["customer"]
        product = self._desk.find("product", price["product"])["name"]
        late = Charge(
            amount=price_amount(price, self.total(item, customer, *period)) - price_amount(price, before),
            currency=price["currency"],
            description=f"Late usage: {value} x {product}",
            start=period[0],
            end=period[1],
            quantity=value,
            price=price,
            subscription=None if record["ended_at"] else record["id"],
            item=item["id"],
            tax_rates=tuple(rate["id"] for rate in item["tax_rates"] or record["default_tax_rates"]),
            metadata=record["metadata"] | {"late_usage": "true"},
        )
        self._desk.save(item_of(self._desk, late, customer), "invoiceitem.created")

    def _metered(self, meter: Record, customer: str, start: int, end: int) -> int:
        values = [
            event["value"]
            for event in self._desk.storage.all("sandbox.meter_event", customer=customer)
            if event["meter"] == meter["id"] and start <= event["created"] < end
        ]
        return _aggregated(values, meter["default_aggregation"]["formula"])

    def _records(self, item_id: str, start: int, end: int) -> list[Record]:
        return [
            record
            for record in self._desk.storage.all("usage_record")
            if record["subscription_item"] == item_id and start <= record["timestamp"] < end
        ]


def _aggregated(values: list[int], how: str) -> int:
    if how == "count":
        return len(values)
    if how in ("last", "last_during_period", "last_ever"):
        return values[-1] if values else 0
    return max(values, default=0) if how == "max" else sum(values)
