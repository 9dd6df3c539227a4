"""What a subscription consists of: its items, its periods, and the work planned for their ends."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from synthetic.sandboxes.billing.customers import PaymentMethods
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.lines import Charge
from synthetic.sandboxes.billing.payments import DAY
from synthetic.sandboxes.billing.periods import period_after
from synthetic.sandboxes.billing.rating import price_amount, prorated
from synthetic.sandboxes.billing.values import BillingError, Params, Record, listing

_JOBS = ("renew", "trial_will_end", "cancel_at", "expire")


class Terms:
    """Makes subscription records and keeps their dates."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def new(self, params: Params, customer: Record) -> Record:
        """Return a subscription that is not stored yet."""
        at = self._desk.now(customer["id"])
        identifier = self._desk.name("sub", params)
        parts = params.parts("items")
        if not parts:
            raise BillingError("Missing required param: items.", code="parameter_missing", param="items")
        items = [self.item(part, identifier, at) for part in parts]
        check_together(items)
        trial_end = self._trial_end(params, at)
        anchor, start, end = self._first_period(params, items[0], at, trial_end)
        collection = params.choice(
            "collection_method", ("charge_automatically", "send_invoice"), "charge_automatically"
        )
        rates = [self._desk.find("tax_rate", rate) for rate in params.listed("default_tax_rates")]
        method = params.text("default_payment_method") or None
        if method:
            method = PaymentMethods(self._desk).usable(method, customer["id"])
        entity = {key: value for key, value in customer["metadata"].items() if key == "legal_entity"}
        record: Record = {
            "id": identifier,
            "object": "subscription",
            "application_fee_percent": None,
            "automatic_tax": {"enabled": False},
            "billing_cycle_anchor": anchor,
            "billing_thresholds": None,
            "cancel_at": params.optional("cancel_at"),
            "cancel_at_period_end": params.boolean("cancel_at_period_end"),
            "canceled_at": None,
            "collection_method": collection,
            "created": at,
            "currency": items[0]["price"]["currency"],
            "customer": customer["id"],
            "days_until_due": params.integer("days_until_due", 30) if collection == "send_invoice" else None,
            "default_payment_method": method,
            "default_source": None,
            "default_tax_rates": rates,
            "description": params.text("description") or None,
            "discount": None,
            "ended_at": None,
            "items": listing(items, f"/v1/subscription_items?subscription={identifier}"),
            "latest_invoice": None,
            "livemode": False,
            "metadata": entity | params.metadata(),
            "pause_collection": None,
            "payment_settings": {"payment_method_options": None, "payment_method_types": None},
            "pending_setup_intent": None,
            "pending_update": None,
            "quantity": items[0].get("quantity"),
            "schedule": None,
            "start_date": at,
            "status": "trialing" if trial_end else "active",
            "transfer_data": None,
            "trial_end": trial_end,
            "trial_start": at if trial_end else None,
        }
        return record | self.period(record, start, end)

    def item(self, part: Params, subscription: str, at: int) -> Record:
        """Return a subscription item for a recurring price."""
        if part.values.get("price_data"):
            raise BillingError("This sandbox takes prices by id only.", param="items[price_data]")
        price = self._desk.find("price", part.text("price") or part.text("plan"))
        if price["recurring"] is None:
            raise BillingError("The price specified is set to `type=one_time`.", param="items[price]")
        metered = price["recurring"]["usage_type"] == "metered"
        return {
            "id": self._desk.name("si", part),
            "object": "subscription_item",
            "billing_thresholds": None,
            "created": at,
            "metadata": part.metadata(),
            "price": price,
            **({} if metered else {"quantity": part.integer("quantity", 1, least=0)}),
            "subscription": subscription,
            "tax_rates": [self._desk.find("tax_rate", rate) for rate in part.listed("tax_rates")],
        }

    def period(self, record: Record, start: int, end: int) -> Record:
        """Return the changes that put a subscription into a period."""
        items = deepcopy(record["items"])
        for item in items["data"]:
            item |= {"current_period_start": start, "current_period_end": end}
        return {"current_period_start": start, "current_period_end": end, "items": items}

    def plan(self, record: Record) -> None:
        """Plan what happens by itself: the renewal, the end of a trial, the end on a date."""
        self.unplan(record)
        self._desk.plan(record["current_period_end"], "renew", record)
        if record["status"] == "trialing" and record["trial_end"]:
            warning = max(record["trial_end"] - 3 * DAY, self._desk.now(record["customer"]))
            self._desk.plan(warning, "trial_will_end", record)
        if record["cancel_at"]:
            self._desk.plan(record["cancel_at"], "cancel_at", record)

    def unplan(self, record: Record) -> None:
        """Forget what was planned."""
        self._desk.storage.cancel_jobs(record["id"], _JOBS)

    def partial(self, charges: Iterable[Charge], whole: tuple[int, int], at: int) -> list[Charge]:
        """Return the parts of charges for the time from `at` to the end of the whole period, by seconds."""
        return [
            replace(charge, amount=prorated(charge.amount, *whole, at), start=at, proration=True) for charge in charges
        ]

    def change(self, record: Record, old: Record | None, new: Record | None, at: int) -> list[Charge]:
        """Return the credit for what a changed item was paid for, and the charge for what it is now.

        By seconds as Stripe does; by calendar days of the entity's zone where the contract says so
        (`metadata["proration"]` is `days`).
        """
        whole = record["current_period_start"], record["current_period_end"]
        charges: list[Charge] = []
        if at >= whole[1]:
            return charges
        units, left_from = (self._unit(record, whole[0]), self._unit(record, whole[1])), self._unit(record, at)
        for item, sign, word in ((old, -1, "Unused time on"), (new, 1, "Remaining time on")):
            if item is None or item["price"]["recurring"]["usage_type"] != "licensed":
                continue
            amount = sign * prorated(price_amount(item["price"], item["quantity"]), *units, left_from)
            product = self._desk.find("product", item["price"]["product"])["name"]
            charges.append(
                Charge(
                    amount=amount,
                    currency=item["price"]["currency"],
                    description=f"{word} {item['quantity']} x {product}",
                    start=at,
                    end=whole[1],
                    quantity=item["quantity"],
                    price=item["price"],
                    subscription=record["id"],
                    item=item["id"],
                    proration=True,
                    tax_rates=tuple(rate["id"] for rate in item["tax_rates"]),
                    metadata=record["metadata"],
                )
            )
        return charges

    def _unit(self, record: Record, at: int) -> int:
        """Return a time in the units a subscription is prorated by."""
        if record["metadata"].get("proration") != "days":
            return at
        zone = ZoneInfo(self._desk.entity(record["metadata"]).zone)
        return datetime.fromtimestamp(at, zone).date().toordinal()

    def one_off(self, part: Params, record: Record, at: int) -> Charge:
        """Return a one-off charge that comes with the first invoice."""
        price = self._desk.find("price", part.required("price"))
        quantity = part.integer("quantity", 1)
        return Charge(
            amount=price_amount(price, quantity),
            currency=price["currency"],
            description=self._desk.find("product", price["product"])["name"],
            start=at,
            end=at,
            quantity=quantity,
            price=price,
            subscription=record["id"],
            tax_rates=tuple(part.listed("tax_rates")),
            metadata=record["metadata"],
        )

    def _trial_end(self, params: Params, at: int) -> int | None:
        days = params.integer("trial_period_days", 0, least=0)
        if days:
            return at + days * DAY
        if params.text("trial_end") in ("", "now"):
            return None
        end = params.integer("trial_end")
        if end <= at:
            raise BillingError("trial_end must lie in the future.", param="trial_end")
        return end

    def _first_period(self, params: Params, item: Record, at: int, trial_end: int | None) -> tuple[int, int, int]:
        """Return anchor, start and end: a trial runs to its end, an anchor cuts the first period short."""
        recurring = item["price"]["recurring"]
        if trial_end:
            return trial_end, at, trial_end
        anchor = params.optional("billing_cycle_anchor") or at
        if anchor < at:
            raise BillingError("billing_cycle_anchor must not lie in the past.", param="billing_cycle_anchor")
        longest = period_after(at, recurring["interval"], recurring["interval_count"], at)[1]
        if anchor > longest:
            raise BillingError("billing_cycle_anchor must lie within one period.", param="billing_cycle_anchor")
        return (anchor, at, anchor) if anchor > at else (anchor, at, longest)


def check_together(items: list[Record]) -> None:
    """Refuse items that cannot share a subscription: other currency, other interval, a price twice.

    Raises:
        BillingError: Saying which.
    """
    prices = [item["price"] for item in items]
    if len({price["currency"] for price in prices}) > 1:
        raise BillingError("All prices of a subscription must have one currency.", param="items")
    if len({(price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in prices}) > 1:
        raise BillingError("All prices of a subscription must have one interval.", param="items")
    if len({price["id"] for price in prices}) < len(prices):
        raise BillingError("A price stands on a subscription at most once.", param="items")
