"""Subscription schedules: phases with their own prices, begun and left at their dates."""

from __future__ import annotations

from collections.abc import Sequence

from synthetic.sandboxes.billing.amendments import Amendments
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.periods import stepped
from synthetic.sandboxes.billing.subscriptions import ENDED, Subscriptions
from synthetic.sandboxes.billing.values import BillingError, Params, Record, Records

_PRORATION = ("create_prorations", "always_invoice", "none")
_ENDS = ("cancel", "release")


class Schedules:
    """What a subscription will become, and when."""

    def __init__(self, desk: Desk, subscriptions: Subscriptions, amendments: Amendments) -> None:
        """Work at a desk."""
        self._desk = desk
        self._subscriptions = subscriptions
        self._amendments = amendments

    def create(self, params: Params) -> Record:
        """Plan phases for a customer, or for a subscription that runs (`from_subscription`)."""
        running = params.text("from_subscription")
        if running:
            subscription = self._desk.find("subscription", running)
            phases = [self._current(subscription)]
            customer, start = subscription["customer"], subscription["current_period_start"]
        else:
            customer = self._desk.find("customer", params.required("customer"))["id"]
            now = self._desk.now(customer)
            start = now if params.text("start_date") in ("now", "") else params.integer("start_date")
            phases = self._phases(params.parts("phases"), start)
        record: Record = {
            "id": self._desk.name("sub_sched", params),
            "object": "subscription_schedule",
            "canceled_at": None,
            "completed_at": None,
            "created": self._desk.now(customer),
            "current_phase": None,
            "customer": customer,
            "default_settings": _settings(),
            "end_behavior": params.choice("end_behavior", _ENDS, "release"),
            "livemode": False,
            "metadata": params.metadata(),
            "phases": phases,
            "released_at": None,
            "released_subscription": None,
            "status": "active" if running else "not_started",
            "subscription": running or None,
        }
        self._desk.save(record, "subscription_schedule.created")
        if running:
            self._desk.save(subscription | {"schedule": record["id"]})
            return self._entered(record, phases[0])
        self._desk.plan(start, "phase", record)
        if start <= self._desk.now(customer):
            self.advance(record["id"])
        return self._desk.find("subscription_schedule", record["id"])

    def retrieve(self, params: Params) -> Record:
        """Return a schedule."""
        return self._desk.find("subscription_schedule", params.required("id"))

    def list(self, params: Params) -> Record:
        """Return a page of schedules."""
        return self._desk.page(
            "subscription_schedule", params, "/v1/subscription_schedules", customer=params.text("customer")
        )

    def update(self, params: Params) -> Record:
        """Replace the phases; the one that runs must stay first."""
        record = self._live(params)
        changes: Record = {"metadata": params.metadata(record["metadata"])}
        if params.has("end_behavior"):
            changes["end_behavior"] = params.choice("end_behavior", _ENDS, "release")
        params.text("proration_behavior")
        parts = params.parts("phases")
        if parts:
            start = parts[0].integer("start_date", record["phases"][0]["start_date"])
            changes["phases"] = self._phases(parts, start)
        record = self._desk.change(record, "subscription_schedule.updated", changes)
        running = self._phase_at(record, self._desk.now(record["customer"]))
        return self._entered(record, running) if running and record["status"] == "active" else record

    def cancel(self, params: Params) -> Record:
        """End a schedule and its subscription."""
        record = self._live(params)
        params.boolean("invoice_now")
        params.boolean("prorate")
        if record["subscription"]:
            subscription = self._desk.find("subscription", record["subscription"])
            if subscription["status"] not in ENDED:
                self._subscriptions.end(subscription, bill_usage=False)
        at = self._desk.now(record["customer"])
        changes = {"status": "canceled", "canceled_at": at, "current_phase": None}
        return self._desk.save(record | changes, "subscription_schedule.canceled")

    def release(self, params: Params) -> Record:
        """Leave the subscription to itself."""
        return self._released(self._live(params))

    def advance(self, identifier: str) -> None:
        """Enter the phase that begins now, or end."""
        record = self._desk.find("subscription_schedule", identifier)
        at = self._desk.now(record["customer"])
        if record["status"] not in ("not_started", "active"):
            return
        phase = self._phase_at(record, at)
        if phase is None:
            if at >= record["phases"][-1]["end_date"]:
                self._finished(record)
            return
        if phase["start_date"] == (record["current_phase"] or {}).get("start_date"):
            return
        if record["subscription"] is None:
            given: Record = {"customer": record["customer"], "items": _asked(phase), "metadata": phase["metadata"]}
            subscription = self._subscriptions.create(Params(given))
            self._desk.save(subscription | {"schedule": record["id"]})
            record |= {"subscription": subscription["id"], "status": "active"}
        else:
            self._amend(record, phase)
        self._entered(record, phase)

    def _amend(self, record: Record, phase: Record) -> None:
        subscription = self._desk.find("subscription", record["subscription"])
        old = [{"id": item["id"], "deleted": True} for item in subscription["items"]["data"]]
        given: Record = {"id": subscription["id"], "proration_behavior": phase["proration_behavior"]}
        self._amendments.update(Params(given | {"items": [*_asked(phase), *old], "metadata": phase["metadata"]}))

    def _entered(self, record: Record, phase: Record) -> Record:
        changes = {"current_phase": {name: phase[name] for name in ("start_date", "end_date")}, "status": "active"}
        self._desk.storage.cancel_jobs(record["id"], ("phase",))
        self._desk.plan(phase["end_date"], "phase", record)
        return self._desk.save(record | changes, "subscription_schedule.updated", {})

    def _finished(self, record: Record) -> None:
        if record["end_behavior"] == "cancel":
            subscription = self._desk.find("subscription", record["subscription"])
            if subscription["status"] not in ENDED:
                self._subscriptions.end(subscription)
            at = self._desk.now(record["customer"])
            changes = {"status": "completed", "completed_at": at, "current_phase": None}
            self._desk.save(record | changes, "subscription_schedule.completed")
        else:
            self._released(record)

    def _released(self, record: Record) -> Record:
        if record["subscription"]:
            subscription = self._desk.find("subscription", record["subscription"])
            self._desk.save(subscription | {"schedule": None})
        changes: Record = {"status": "released", "released_at": self._desk.now(record["customer"])}
        changes |= {"released_subscription": record["subscription"], "subscription": None, "current_phase": None}
        self._desk.storage.cancel_jobs(record["id"], ("phase",))
        return self._desk.save(record | changes, "subscription_schedule.released")

    def _live(self, params: Params) -> Record:
        record = self.retrieve(params)
        if record["status"] not in ("not_started", "active"):
            raise BillingError(f"The schedule is {record['status']} and can no longer change.", param="schedule")
        return record

    def _phase_at(self, record: Record, at: int) -> Record | None:
        return next((phase for phase in record["phases"] if phase["start_date"] <= at < phase["end_date"]), None)

    def _current(self, subscription: Record) -> Record:
        items = [
            {"price": item["price"]["id"], "quantity": item.get("quantity", 1)}
            for item in subscription["items"]["data"]
        ]
        start, end = subscription["current_period_start"], subscription["current_period_end"]
        return _phase(items, start, end, "create_prorations", subscription["metadata"])

    def _phases(self, parts: Sequence[Params], start: int) -> Records:
        if not parts:
            raise BillingError("Missing required param: phases.", code="parameter_missing", param="phases")
        phases = []
        for part in parts:
            start = part.integer("start_date", start)
            items = [self._item(item) for item in part.parts("items")]
            if not items:
                raise BillingError("A phase needs items.", param="phases")
            end = part.optional("end_date") or self._end(part, items[0], start)
            if end <= start:
                raise BillingError("A phase must end after it begins.", param="phases")
            behavior = part.choice("proration_behavior", _PRORATION, "create_prorations")
            phases.append(_phase(items, start, end, behavior, part.metadata()))
            start = end
        return phases

    def _end(self, part: Params, item: Record, start: int) -> int:
        duration = part.part("duration")
        if duration.values:
            interval = duration.choice("interval", ("day", "week", "month", "year"), "month")
            return stepped(start, interval, duration.integer("interval_count", 1, least=1), 1)
        recurring = self._desk.find("price", item["price"])["recurring"]
        times = part.integer("iterations", 1, least=1)
        return stepped(start, recurring["interval"], recurring["interval_count"], times)

    def _item(self, part: Params) -> Record:
        price = self._desk.find("price", part.required("price"))
        return {"price": price["id"], "quantity": part.integer("quantity", 1, least=0)}


def _settings() -> Record:
    return {
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": "charge_automatically",
        "default_payment_method": None,
        "invoice_settings": None,
        "transfer_data": None,
    }


def _phase(items: list[Record], start: int, end: int, behavior: str, metadata: dict[str, str]) -> Record:
    whole = [item | {"billing_thresholds": None, "tax_rates": [], "metadata": {}} for item in items]
    return {
        "add_invoice_items": [],
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "coupon": None,
        "default_payment_method": None,
        "default_tax_rates": [],
        "end_date": end,
        "invoice_settings": None,
        "items": whole,
        "metadata": metadata,
        "proration_behavior": behavior,
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
    }


def _asked(phase: Record) -> list[Record]:
    return [{"price": item["price"], "quantity": item["quantity"]} for item in phase["items"]]
