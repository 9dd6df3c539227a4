"""What happens in Kill Bill, in the words the sync middleware knows.

Kill Bill pushes a notification per event: type, object and account, no content. Each is looked up and becomes events
in the shape of Stripe's, which the reference sync reads: `customer.created`, `invoice.finalized`, `invoice.voided`,
`charge.succeeded`, `charge.refunded`, `credit_note.created`, `customer.subscription.created|updated|deleted`. The id of
an event follows from what it tells, so that looking twice tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from harness.catalog.currencies import CURRENCIES
from harness.model.money import half_up
from synthetic.systems.billing import term_days
from synthetic.systems.killbill import KillBillBilling
from synthetic.systems.killbill.documents import (
    OUT_OF_BAND,
    credit_number,
    credited,
    credits_of,
    dawn_of,
    facts_of,
    lines_of,
    mark_of,
    minor,
    moment_of,
    number_of,
    sums_of,
    version_of,
)

_SUBSCRIPTIONS = {
    "SUBSCRIPTION_CREATION": "customer.subscription.created",
    "SUBSCRIPTION_CHANGE": "customer.subscription.updated",
    "SUBSCRIPTION_CANCEL": "customer.subscription.deleted",
}

_NOON = 43_200
"""A term ends on a day; noon is that day in every time zone that is looked from."""

Event = dict[str, Any]


class Teller:
    """Turns notifications of one tenant into events; asks the tenant, remembers nothing."""

    def __init__(self, adapter: KillBillBilling) -> None:
        """Look through an adapter."""
        self._adapter = adapter
        self._books = adapter.books
        self._tenant = adapter.books.tenant

    def events(self, told: Mapping[str, Any]) -> list[Event]:
        """Return the events that a notification stands for; none for what nobody here needs to know."""
        kind, identifier = str(told["eventType"]), str(told["objectId"])
        if kind == "ACCOUNT_CREATION":
            return [self._customer(str(told["accountId"]))]
        if kind in {"INVOICE_CREATION", "INVOICE_ADJUSTMENT"}:
            return list(self._of_invoice(identifier))
        if kind == "INVOICE_PAYMENT_SUCCESS":
            return list(self._charges(identifier))
        if kind in _SUBSCRIPTIONS:
            return self._of_subscription(identifier, kind)
        return []

    def everything(self) -> list[Event]:
        """Return an event for all that is there: what a listener that was away catches up with."""
        return [one for account in self._books.accounts() for one in self._of_account(account["accountId"])]

    def _of_account(self, account: str) -> Iterator[Event]:
        yield self._customer(account)
        for subscription in self._books.subscriptions(account):
            for kind in (
                "SUBSCRIPTION_CREATION",
                *(["SUBSCRIPTION_CANCEL"] if subscription.get("cancelledDate") else []),
            ):
                yield from self._of_subscription(subscription["subscriptionId"], kind)
        for invoice in self._tenant.get(f"/accounts/{account}/invoices?includeVoidedInvoices=true") or []:
            yield from self._of_invoice(invoice["invoiceId"])
            yield from self._charges(invoice["invoiceId"])

    def _event(self, kind: str, found: Mapping[str, Any], mark: str = "", version: int = 0) -> Event:
        return {
            "id": f"evt_{kind}_{found['id']}{mark}",
            "type": kind,
            "created": version or self._now(),
            "data": {"object": dict(found)},
        }

    def _now(self) -> int:
        return int(self._books.now().timestamp())

    def _customer(self, identifier: str) -> Event:
        account = self._books.account(identifier)
        facts = {name: value for name, value in facts_of(account).items() if value and name != "made_under"}
        found = {
            "id": identifier,
            "object": "customer",
            "name": account["name"],
            "currency": str(account["currency"]).lower(),
            "created": moment_of(account["referenceTime"]),
            "metadata": {"account": account["externalKey"], **facts},
        }
        return self._event("customer.created", found)

    def _of_invoice(self, identifier: str) -> Iterator[Event]:
        invoice = self._books.invoice(identifier)
        if invoice["status"] == "DRAFT" or not lines_of(invoice):
            return
        found = self._invoice(invoice)
        yield self._event("invoice.finalized", found, version=int(found["version"]))
        if invoice["status"] == "VOID":
            yield self._event("invoice.voided", found)
        for item in credits_of(invoice):
            yield self._credit(invoice, item)
        # a new term shows in the subscription too, and Kill Bill tells of it by its invoice alone
        if sold := found["subscription"]:
            yield from self._of_subscription(sold, "SUBSCRIPTION_CHANGE")

    def _invoice(self, invoice: Mapping[str, Any]) -> dict[str, Any]:
        account = self._books.account(invoice["accountId"])
        facts = facts_of(account)
        lines = lines_of(invoice)
        fields = self._books.facts_of_lines(invoice)
        net, tax = sums_of(invoice)
        code = fields.get("tax_code", "")
        at = version_of(invoice)
        terms = facts.get("payment_terms", "CARD")
        due = {"due_date": at + term_days(terms) * 86400} if term_days(terms) else {}
        return {
            "id": invoice["invoiceId"],
            "object": "invoice",
            "version": at,
            "customer": invoice["accountId"],
            "subscription": lines[0]["subscriptionId"],
            "number": number_of(invoice, account),
            "currency": str(invoice["currency"]).lower(),
            "created": at,
            "effective_at": at,
            "collection_method": "send_invoice" if due else "charge_automatically",
            **due,
            "status_transitions": {"finalized_at": at},
            "total": net + tax,
            "tax": tax,
            "total_tax_amounts": [{"amount": tax, "inclusive": False}],
            "default_tax_rates": [{"percentage": self._books.prices.tax(code)[0], "metadata": {"tax_code": code}}],
            "metadata": {
                "legal_entity": facts.get("legal_entity", ""),
                "contract_id": fields.get("contract_id", ""),
                "tax_code": code,
                "synthetic": facts.get("synthetic", ""),
                **({"document_date": fields["document_date"]} if fields.get("document_date") else {}),
            },
            "lines": {"data": self._lines(invoice, fields.get("sku", ""), self._books.zone(account))},
        }

    def _final(self, subscription: str) -> dict[str, str]:
        """Return the mark of a subscription of which nothing is given back."""
        said = self._books.fields(subscription).get("refundable", "")
        return {"refundable": said} if said else {}

    def _lines(self, invoice: Mapping[str, Any], sku: str, zone: ZoneInfo) -> list[dict[str, Any]]:
        """Return the lines; the tax of the document, which Kill Bill has in one item, is spread by their share."""
        digits = CURRENCIES[invoice["currency"]]
        rows = lines_of(invoice)
        amounts = [minor(one["amount"], digits) for one in rows]
        net, tax = sums_of(invoice)
        before, found = 0, []
        for item, amount in zip(rows, amounts, strict=True):
            until = before + amount
            share = half_up(Fraction(tax * until, net)) - half_up(Fraction(tax * before, net)) if net else 0
            before = until
            found.append(
                {
                    "id": item["invoiceItemId"],
                    "amount": amount,
                    "quantity": 1,
                    "description": sku,
                    "metadata": {"sku": sku},
                    "tax_amounts": [{"amount": share, "inclusive": False}] if share else [],
                    "period": {
                        "start": dawn_of(item["startDate"], zone),
                        "end": dawn_of(item["endDate"] or item["startDate"], zone),
                    },
                }
            )
        return found

    def _credit(self, invoice: Mapping[str, Any], item: Mapping[str, Any]) -> Event:
        account = self._books.account(invoice["accountId"])
        mark, credit = mark_of(item), credited(invoice, item)
        back = self._given_back(invoice["invoiceId"], mark.get("key", ""), CURRENCIES[invoice["currency"]])
        version = version_of(item)
        found = {
            "id": item["invoiceItemId"],
            "object": "credit_note",
            "number": credit_number(invoice, account, credit),
            "invoice": invoice["invoiceId"],
            "customer": invoice["accountId"],
            "currency": str(invoice["currency"]).lower(),
            "subtotal": credit.net,
            "total": credit.net + credit.tax,
            "reason": mark.get("reason", "order_change"),
            "created": version,
            "refund": {"amount": back} if back else None,
            "metadata": {"scope": mark["scope"]} if mark.get("scope") else {},
            "lines": {
                "data": [
                    {
                        "invoice_line_item": item["linkedInvoiceItemId"],
                        "amount": credit.net,
                        "tax_amounts": [{"amount": credit.tax}],
                    }
                ]
            },
        }
        return self._event("credit_note.created", found, version=version)

    def _given_back(self, invoice: str, key: str, digits: int) -> int:
        """Return what was refunded under the key of a credit."""
        return sum(
            minor(step["amount"], digits)
            for one in self._tenant.get(f"/invoices/{invoice}/payments") or []
            for step in one["transactions"]
            if step["transactionType"] == "REFUND" and key and step["transactionExternalKey"] == key
        )

    def _charges(self, invoice: str) -> Iterator[Event]:
        for one in self._tenant.get(f"/invoices/{invoice}/payments") or []:
            if str(one["paymentExternalKey"]).startswith(OUT_OF_BAND):
                continue
            done = [step for step in one["transactions"] if step["status"] == "SUCCESS"]
            refunds = [self._refund(one, step) for step in done if step["transactionType"] == "REFUND"]
            for step in (step for step in done if step["transactionType"] == "PURCHASE"):
                charge = self._cash(one, step) | {"id": one["paymentId"], "object": "charge", "invoice": invoice}
                yield self._event("charge.succeeded", charge)
                if refunds:
                    shown = charge | {"refunds": {"data": refunds[::-1]}}
                    yield self._event("charge.refunded", shown, f"_{len(refunds)}")

    def _refund(self, payment: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
        base = self._cash(payment, step)
        return base | {"id": step["transactionId"], "object": "refund", "charge": payment["paymentId"]}

    def _cash(self, payment: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "customer": payment["accountId"],
            "currency": str(payment["currency"]).lower(),
            "created": moment_of(step["effectiveDate"]),
            "amount": minor(step["amount"], CURRENCIES[payment["currency"]]),
            "status": "succeeded",
        }

    def _of_subscription(self, identifier: str, kind: str) -> list[Event]:
        found = self._books.subscription(identifier)
        shown = self._adapter.looks.subscription_of(identifier)
        name = _SUBSCRIPTIONS[kind]
        if kind == "SUBSCRIPTION_CANCEL" and shown["status"] != "canceled":
            name = "customer.subscription.updated"
        account = self._books.account(found["accountId"])
        final = self._final(identifier)
        price: dict[str, Any] = {"currency": str(account["currency"]).lower()}
        price |= {"unit_amount": shown["price"], "recurring": {"interval": "year"}, "metadata": {"sku": shown["plan"]}}
        event = {
            "id": identifier,
            "object": "subscription",
            "customer": found["accountId"],
            "status": shown["status"],
            "currency": str(account["currency"]).lower(),
            "items": {"data": [{"id": f"{identifier}-1", "quantity": 1, "price": price}]},
            "current_period_start": dawn_of(shown["start"], self._books.zone(account)) + _NOON,
            "current_period_end": dawn_of(shown["end"], self._books.zone(account)) + _NOON,
            "cancel_at_period_end": shown["ends"],
            "metadata": {"contract_id": shown["contract"], "legal_entity": shown["entity"], **final},
            "created": self._now(),
        }
        if final and shown["status"] == "canceled":
            newest = self._books.invoices(found["accountId"], identifier)
            event |= {"latest_invoice": newest[0]["invoiceId"] if newest else None, "ended_at": self._now()}
        # creation, a new term and the end may be told in one second, and the later one counts
        order = list(_SUBSCRIPTIONS).index(kind)
        return [
            self._event(
                name,
                event,
                version=self._now() + order,
                mark=f"_{shown['status']}_{int(bool(shown['ends']))}_{shown['end']}",
            )
        ]
