"""The billing core: one set of operations by name, in one transaction each, under idempotency keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from synthetic.sandboxes.billing.amendments import Amendments
from synthetic.sandboxes.billing.cash import Cash
from synthetic.sandboxes.billing.catalogue import Prices, Products, TaxRates
from synthetic.sandboxes.billing.clocks import KIND, TestClocks
from synthetic.sandboxes.billing.collection import Collection, Dunning
from synthetic.sandboxes.billing.credits import CreditNotes
from synthetic.sandboxes.billing.customers import Customers, PaymentMethods
from synthetic.sandboxes.billing.desk import ENTITIES, Desk, Entity, Now
from synthetic.sandboxes.billing.endpoints import WebhookEndpoints
from synthetic.sandboxes.billing.expand import expanded
from synthetic.sandboxes.billing.invoices import Invoices
from synthetic.sandboxes.billing.items import InvoiceItems
from synthetic.sandboxes.billing.payments import Payments
from synthetic.sandboxes.billing.preview import Preview
from synthetic.sandboxes.billing.schedules import Schedules
from synthetic.sandboxes.billing.search import FIELDS, search
from synthetic.sandboxes.billing.storage import Answer, Storage
from synthetic.sandboxes.billing.subscriptions import ENDED, Subscriptions
from synthetic.sandboxes.billing.usage import Usage
from synthetic.sandboxes.billing.values import BillingError, Params, Record, Reply

Operation = Callable[[Params], Record]
_KEPT_FOR = 86_400
_LONGEST_KEY = 255


class BillingCore:
    """A billing system: deterministic, its only clock the one given to it.

    Whatever fell due since the last call is done first, each thing at its own time, so that nothing needs a
    background process.

    Args:
        clock: Has `now()`, aware UTC.
        database: Path of an SQLite file, or ":memory:".
        seed: Part of every id; equal seeds and calls give equal ids.
        entities: Time zone and tax rounding by legal entity (`metadata["legal_entity"]`).
        dunning: When a failed payment is tried again.

    Attributes:
        desk: Storage, time and events behind everything.
        operations: Every operation by name, such as `invoices.pay`.
    """

    def __init__(
        self,
        clock: Now,
        database: str = ":memory:",
        *,
        seed: str = "0",
        entities: Mapping[str, Entity] = ENTITIES,
        dunning: Dunning = Dunning(),  # noqa: B008  (frozen)
    ) -> None:
        """Open the books of billing."""
        self.desk = Desk(clock, Storage(database), seed, entities)
        self._payments = Payments(self.desk)
        self.invoices = Invoices(self.desk, self._payments)
        self._collection = Collection(self.desk, self.invoices, self._payments, dunning)
        self._usage = Usage(self.desk)
        self._subscriptions = Subscriptions(self.desk, self.invoices, self._collection, self._usage, dunning)
        self._amendments = Amendments(self.desk, self._subscriptions, self._collection, self._usage)
        self._cash = Cash(self.desk, self._payments, self.invoices)
        self._schedules = Schedules(self.desk, self._subscriptions, self._amendments)
        self._jobs: dict[str, Callable[[str], object]] = {
            "renew": self._subscriptions.renew,
            "trial_will_end": self._subscriptions.trial_will_end,
            "cancel_at": self._subscriptions.cancel_at,
            "expire": self._subscriptions.expire,
            "finalize": self._collection.finalize_due,
            "retry": self._collection.retry,
            "overdue": self._collection.overdue,
            "suspend": self._collection.suspended,
            "lost": self._collection.lost,
            "arrive": self._cash.arrived,
            "refund_fails": self._cash.refund_failed,
            "settle": self._collection.settle,
            "dispute": self._cash.dispute,
            "phase": self._schedules.advance,
        }
        self.operations: dict[str, Operation] = (
            self._parties() | self._documents() | self._agreements() | self._money() | self._searches()
        )

    def close(self) -> None:
        """Close the database."""
        self.desk.storage.close()

    def call(self, operation: str, request: Mapping[str, Any] | None = None, *, key: str = "") -> Record:
        """Do one operation and return its object.

        Raises:
            BillingError: Billing refused.
        """
        reply = self.perform(operation, request or {}, key=key)
        if reply.status < 400:
            return reply.body
        error = dict(reply.body["error"])
        raise BillingError(
            error.pop("message"),
            status=reply.status,
            kind=error.pop("type"),
            code=error.pop("code", ""),
            param=error.pop("param", ""),
            extra=error,
        )

    def perform(self, operation: str, request: Mapping[str, Any], *, key: str = "") -> Reply:
        """Do one operation; with a key the answer is kept for a day and given again.

        Args:
            operation: A name of `operations`.
            request: Its parameters, and `expand`.
            key: Idempotency key, "" for none.
        """
        handler = self.operations.get(operation)
        if handler is None:
            return Reply(404, BillingError(f"Unrecognized operation: {operation}", status=404).body())
        self.tick()
        if not key:
            return self._run(handler, request)
        if len(key) > _LONGEST_KEY:
            return Reply(400, BillingError(f"Idempotency keys have at most {_LONGEST_KEY} characters.").body())
        digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
        storage = self.desk.storage
        storage.forget_answers(self.desk.live() - _KEPT_FOR)
        kept = storage.answer(key)
        if kept is not None:
            if (kept.operation, kept.digest) != (operation, digest):
                return Reply(400, _other_use(key).body())
            return Reply(kept.status, kept.body, replayed=True)
        with storage.transaction("billing.request"):
            reply = self._run(handler, request)
            # a request that was refused before it began is not kept: it may be corrected under the same key
            if reply.status < 400 or reply.status == 402:
                storage.keep(key, Answer(operation, digest, reply.status, reply.body), self.desk.live())
        return reply

    def tick(self) -> None:
        """Do what fell due by now, each thing at its own time."""
        self._work("", self.desk.live())

    def _work(self, clock: str, until: int) -> None:
        storage = self.desk.storage
        while (job := storage.due_job(clock, until)) is not None:
            with storage.transaction("billing.job"):
                storage.done(job)
                if clock:
                    record = self.desk.find(KIND, clock)
                    self.desk.save(record | {"frozen_time": max(record["frozen_time"], job.due)})
                with self.desk.at(self.desk.live() if clock else job.due):
                    if storage.get(job.object) is not None:
                        self._jobs[job.kind](job.object)

    def _run(self, handler: Operation, request: Mapping[str, Any]) -> Reply:
        try:
            with self.desk.storage.transaction("billing.request"), self.desk.at(self.desk.live()):
                params = Params(request)
                paths = params.listed("expand")
                try:
                    record = handler(params)
                except BillingError as error:
                    if error.type != "card_error":
                        raise
                    # a declined card is a fact to be remembered, so what was recorded stays
                    return Reply(error.status, error.body())
                params.refuse_unread()
                return Reply(200, expanded(self.desk, record, paths))
        except BillingError as error:
            return Reply(error.status, error.body())

    def _parties(self) -> dict[str, Operation]:
        customers, methods = Customers(self.desk), PaymentMethods(self.desk)
        clocks = TestClocks(self.desk, self._work)
        return (
            _operations("customers", customers, "create retrieve update list")
            | {"customers.delete": self._delete_customer(customers)}
            | _operations("payment_methods", methods, "create retrieve update attach detach list")
            | _operations("payment_intents", self._payments, "create retrieve update confirm cancel list")
            | _operations("test_clocks", clocks, "create retrieve list advance delete")
            | {
                "charges.retrieve": self._reader("charge"),
                "charges.list": self._lister("charge", "/v1/charges"),
                "events.retrieve": self._reader("event"),
                "events.list": self._events,
                "balance_transactions.retrieve": self._reader("balance_transaction"),
                "balance_transactions.list": self._lister("balance_transaction", "/v1/balance_transactions"),
            }
        )

    def _documents(self) -> dict[str, Operation]:
        items = InvoiceItems(self.desk, self.invoices)
        credits_ = CreditNotes(self.desk, self.invoices, self._cash.refund)
        preview = Preview(self.desk, self._subscriptions, self._amendments)
        names = "create retrieve list update delete finalize void mark_uncollectible send lines"
        return (
            _operations("products", Products(self.desk), "create retrieve update list")
            | _operations("prices", Prices(self.desk), "create retrieve update list")
            | _operations("tax_rates", TaxRates(self.desk), "create retrieve update list")
            | _operations("invoices", self.invoices, names)
            | {
                "invoices.pay": self._collection.pay,
                "invoices.create_preview": preview.create,
                "invoices.upcoming": preview.upcoming,
            }
            | _operations("invoice_items", items, "create retrieve delete list")
            | _operations("credit_notes", credits_, "create preview retrieve lines update list void")
        )

    def _agreements(self) -> dict[str, Operation]:
        usage = self._usage
        return (
            _operations("subscriptions", self._subscriptions, "create retrieve list")
            | _operations("subscriptions", self._amendments, "update cancel")
            | _operations("subscription_schedules", self._schedules, "create retrieve update list cancel release")
            | {
                "subscription_items.retrieve": lambda params: usage.owner(params.required("id"))[0],
                "subscription_items.update": self._amendments.update_item,
                "subscription_items.list": self._subscription_items,
                "usage_records.create": usage.record,
                "usage_records.summaries": usage.record_summaries,
                "meters.create": usage.create_meter,
                "meters.retrieve": usage.retrieve_meter,
                "meters.list": usage.list_meters,
                "meters.summaries": usage.meter_summaries,
                "meter_events.create": usage.record_event,
            }
        )

    def _money(self) -> dict[str, Operation]:
        cash = self._cash
        return _operations("webhook_endpoints", WebhookEndpoints(self.desk), "create retrieve update delete list") | {
            "refunds.create": cash.refund,
            "refunds.retrieve": cash.retrieve_refund,
            "refunds.list": cash.list_refunds,
            "disputes.retrieve": cash.retrieve_dispute,
            "disputes.list": cash.list_disputes,
            "disputes.update": cash.answer_dispute,
            "disputes.close": cash.close_dispute,
            "payouts.create": cash.payout,
            "payouts.retrieve": self._reader("payout"),
            "payouts.list": self._lister("payout", "/v1/payouts"),
            "balance.retrieve": cash.balance,
            "customers.fund_cash_balance": cash.fund,
        }

    def _searches(self) -> dict[str, Operation]:
        return {f"{kind}s.search": search(self.desk, kind, f"/v1/{kind}s/search") for kind in FIELDS}

    def _reader(self, kind: str) -> Operation:
        return lambda params: self.desk.find(kind, params.required("id"))

    def _lister(self, kind: str, url: str) -> Operation:
        def listed(params: Params) -> Record:
            intent = params.text("payment_intent")
            return self.desk.page(
                kind,
                params,
                url,
                customer=params.text("customer"),
                matches=lambda record: intent in ("", record.get("payment_intent")),
            )

        return listed

    def _events(self, params: Params) -> Record:
        """Return a page of events; a type may end in `*`."""
        kinds = [*params.listed("types"), *([params.text("type")] if params.has("type") else [])]
        plain, stems = set(kinds), tuple(kind[:-1] for kind in kinds if kind.endswith("*"))
        return self.desk.page(
            "event",
            params,
            "/v1/events",
            matches=lambda event: not kinds or event["type"] in plain or event["type"].startswith(stems or ("\0",)),
        )

    def _subscription_items(self, params: Params) -> Record:
        record = self.desk.find("subscription", params.required("subscription"))
        items: Record = record["items"]
        return items | {"url": "/v1/subscription_items"}

    def _delete_customer(self, customers: Customers) -> Operation:
        def delete(params: Params) -> Record:
            record = self.desk.find("customer", params.required("id"))
            for subscription in self.desk.storage.all("subscription", customer=record["id"]):
                if subscription["status"] not in ENDED:
                    self._subscriptions.end(subscription, bill_usage=False)
            return customers.delete(params)

        return delete


def _operations(name: str, part: object, methods: str) -> dict[str, Operation]:
    return {f"{name}.{method}": getattr(part, method) for method in methods.split()}


def _other_use(key: str) -> BillingError:
    return BillingError(
        f"Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )
