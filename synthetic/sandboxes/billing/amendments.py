"""Amendments of subscriptions: upgrade, downgrade, more seats, another interval, cancellation; prorated by seconds."""

from __future__ import annotations

from copy import deepcopy

from synthetic.sandboxes.billing.collection import Collection
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.lines import Charge, item_of
from synthetic.sandboxes.billing.periods import period_after
from synthetic.sandboxes.billing.subscriptions import ENDED, Subscriptions
from synthetic.sandboxes.billing.terms import check_together
from synthetic.sandboxes.billing.usage import Usage
from synthetic.sandboxes.billing.values import BillingError, Params, Record

_PRORATION = ("create_prorations", "always_invoice", "none")
_PLAIN = ("description", "default_payment_method", "collection_method")


class Amendments:
    """Changes of running subscriptions."""

    def __init__(self, desk: Desk, subscriptions: Subscriptions, collection: Collection, usage: Usage) -> None:
        """Work at a desk."""
        self._desk = desk
        self._subscriptions = subscriptions
        self._collection = collection
        self._usage = usage

    def update(self, params: Params) -> Record:
        """Change a subscription; what changes in price is prorated as `proration_behavior` says."""
        record = self._desk.find("subscription", params.required("id"))
        if record["status"] in ENDED:
            raise BillingError("A canceled subscription can only update its metadata.", code="resource_missing")
        behavior = params.choice("proration_behavior", _PRORATION, "create_prorations")
        at = params.integer("proration_date", self._desk.now(record["customer"]))
        if not record["current_period_start"] <= at <= record["current_period_end"]:
            raise BillingError("proration_date must lie in the current period.", param="proration_date")
        before = deepcopy(record)
        changes = self._plain_changes(record, params)
        items = self._items(record, params)
        changes["items"] = record["items"] | {"data": items}
        changes["quantity"] = items[0].get("quantity")
        restart = _interval(items) != _interval(record["items"]["data"]) or params.text("billing_cycle_anchor") == "now"
        trial_over = record["status"] == "trialing" and params.text("trial_end") == "now"
        charges = [] if behavior == "none" or record["status"] == "trialing" else self._prorations(before, items, at)
        record = self._desk.change(record, "customer.subscription.updated", changes)
        self._subscriptions.terms.plan(record)
        if restart or trial_over:
            return self._restarted(record, [charge for charge in charges if charge.amount < 0])
        for charge in charges:
            self._desk.save(item_of(self._desk, charge, record["customer"]), "invoiceitem.created")
        if behavior == "always_invoice" and charges:
            return self._invoiced(record, [])
        return record

    def update_item(self, params: Params) -> Record:
        """Change one item of a subscription."""
        item, record = self._usage.owner(params.required("id"))
        given = {key: params.values[key] for key in ("price", "quantity", "tax_rates", "metadata") if params.has(key)}
        rest = {key: params.values[key] for key in ("proration_behavior", "proration_date") if params.has(key)}
        self.update(Params({"id": record["id"], "items": [{"id": item["id"]} | given]} | rest))
        return self._usage.owner(item["id"])[0]

    def cancel(self, params: Params) -> Record:
        """End a subscription now; `prorate` credits what is left, `invoice_now` bills it at once."""
        record = self._desk.find("subscription", params.required("id"))
        if record["status"] in ENDED:
            raise BillingError(f"No such subscription: '{record['id']}'", status=404, code="resource_missing")
        at = self._desk.now(record["customer"])
        if params.boolean("prorate") and record["status"] not in ("trialing", "incomplete"):
            for item in record["items"]["data"]:
                for charge in self._subscriptions.terms.change(record, item, None, at):
                    self._desk.save(item_of(self._desk, charge, record["customer"]), "invoiceitem.created")
        newest = record["latest_invoice"]
        ended = self._subscriptions.end(record, bill_usage=params.boolean("invoice_now"))
        if ended["latest_invoice"] != newest:
            self._collection.finish(self._desk.find("invoice", ended["latest_invoice"]))
        return self._desk.find("subscription", record["id"])

    def _plain_changes(self, record: Record, params: Params) -> Record:
        changes: Record = {"metadata": params.metadata(record["metadata"])}
        changes |= {name: params.text(name) or None for name in _PLAIN if params.has(name)}
        if params.has("default_tax_rates"):
            rates = [self._desk.find("tax_rate", rate) for rate in params.listed("default_tax_rates")]
            changes["default_tax_rates"] = rates
        if params.has("days_until_due"):
            changes["days_until_due"] = params.integer("days_until_due")
        now = self._desk.now(record["customer"])
        if params.has("cancel_at_period_end"):
            ending = params.boolean("cancel_at_period_end")
            changes["cancel_at_period_end"] = ending
            changes["canceled_at"] = now if ending else None
            changes["cancel_at"] = record["current_period_end"] if ending else None
        elif params.has("cancel_at"):
            changes["cancel_at"] = params.optional("cancel_at")
            changes["canceled_at"] = now if changes["cancel_at"] else None
        return changes

    def _items(self, record: Record, params: Params) -> list[Record]:
        """Return the items after the change: named ones changed or deleted, new prices added."""
        items = {item["id"]: deepcopy(item) for item in record["items"]["data"]}
        for part in params.parts("items"):
            identifier = part.text("id")
            if identifier and identifier not in items:
                raise BillingError(f"No such subscription_item: '{identifier}'", status=404, code="resource_missing")
            if identifier and part.boolean("deleted"):
                del items[identifier]
                continue
            if not identifier:
                added = self._subscriptions.terms.item(part, record["id"], self._desk.now(record["customer"]))
                items[added["id"]] = added | _dates(record)
                continue
            items[identifier] = self._changed(items[identifier], part, record)
        if not items:
            raise BillingError("A subscription must have at least one item.", param="items")
        check_together(list(items.values()))
        return list(items.values())

    def _changed(self, item: Record, part: Params, record: Record) -> Record:
        price = part.text("price") or item["price"]["id"]
        given: Record = {
            "price": price,
            "quantity": part.get("quantity") if part.has("quantity") else item.get("quantity", 1),
        }
        given["tax_rates"] = part.values.get("tax_rates", [rate["id"] for rate in item["tax_rates"]])
        given["metadata"] = item["metadata"] | part.metadata()
        fresh = self._subscriptions.terms.item(Params(given), record["id"], item["created"])
        return fresh | {"id": item["id"]} | _dates(record)

    def _prorations(self, before: Record, items: list[Record], at: int) -> list[Charge]:
        old = {item["id"]: item for item in before["items"]["data"]}
        new = {item["id"]: item for item in items}
        charges: list[Charge] = []
        for identifier in [*old, *(each for each in new if each not in old)]:
            one, other = old.get(identifier), new.get(identifier)
            if one and other and _priced(one) == _priced(other):
                continue
            charges += self._subscriptions.terms.change(before, one, other, at)
        return charges

    def _restarted(self, record: Record, credits_: list[Charge]) -> Record:
        """Begin a new period now: what is left of the old one is credited, the new one charged in full."""
        at = self._desk.now(record["customer"])
        recurring = record["items"]["data"][0]["price"]["recurring"]
        start, end = period_after(at, recurring["interval"], recurring["interval_count"], at)
        changes: Record = self._subscriptions.terms.period(record, start, end) | {"billing_cycle_anchor": at}
        if record["status"] == "trialing":
            changes |= {"status": "active", "trial_end": at}
        record = self._desk.change(record, "customer.subscription.updated", changes)
        self._subscriptions.terms.plan(record)
        return self._invoiced(record, [*credits_, *self._subscriptions.charges(record, start, end)])

    def _invoiced(self, record: Record, charges: list[Charge]) -> Record:
        invoice = self._subscriptions.invoice(record, charges, "subscription_update")
        self._desk.save(record | {"latest_invoice": invoice["id"]})
        self._collection.finish(invoice)
        return self._desk.find("subscription", record["id"])


def _interval(items: list[Record]) -> tuple[str, int]:
    recurring = items[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def _priced(item: Record) -> tuple[str, int | None]:
    return item["price"]["id"], item.get("quantity")


def _dates(record: Record) -> Record:
    return {name: record[name] for name in ("current_period_start", "current_period_end")}
