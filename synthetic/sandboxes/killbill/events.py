"""What happens in Kill Bill, told to the sync middleware in the words it knows.

Kill Bill pushes a notification per event: type, object and account, no content. Each is looked up and becomes an event
in the shape of Stripe's, which the reference sync reads: `customer.created`, `invoice.finalized`, `invoice.voided`,
`charge.succeeded`, `refund.created`, `customer.subscription.created|updated|deleted`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from harness.catalog.currencies import CURRENCIES
from synthetic.sandboxes.killbill.server import KillBillServer
from synthetic.systems.killbill import OUT_OF_BAND, KillBill, KillBillBilling, facts_of, minor, number_of, version_of
from synthetic.systems.stripe import PriceList

_HOST = "127.0.0.1"
_DAY = 86_400.0
_SUBSCRIPTIONS = {
    "SUBSCRIPTION_CREATION": "customer.subscription.created",
    "SUBSCRIPTION_CHANGE": "customer.subscription.updated",
    "SUBSCRIPTION_CANCEL": "customer.subscription.deleted",
}


class KillBillEvents:
    """One tenant as the landscape uses billing: its adapter, its events, and its clock stepped along.

    Args:
        server: Runs already.
        prices: Per SKU and currency, in minor units.
        price_list: The same and taxes.
        now: The clock of the landscape.
    """

    def __init__(
        self,
        server: KillBillServer,
        prices: dict[str, dict[str, int]],
        price_list: PriceList,
        now: Callable[[], datetime],
    ) -> None:
        """Make a tenant that sends its notifications here."""
        self._server = server
        self._now = now
        self._prices = price_list
        self._inbox: list[dict[str, Any]] = []
        self._told: list[dict[str, Any]] = []
        self._seen: set[str] = set()
        self._listener = _listen(self._inbox)
        self._at = now().timestamp()
        callback = f"http://{_HOST}:{self._listener.server_address[1]}/"
        self._tenant: KillBill = server.new_tenant(prices, now(), callback)
        self.adapter = KillBillBilling(self._tenant, price_list, now)

    def close(self) -> None:
        """Listen no more."""
        self._listener.shutdown()
        self._listener.server_close()
        self._tenant.close()

    def next_due(self) -> float:
        """Return when its clock must be moved next: once a day, so that nothing there happens much too late."""
        return self._at + _DAY

    def tick(self) -> None:
        """Move its clock to that of the landscape."""
        if self._now().timestamp() - self._at >= 1:
            self._server.set_clock(self._tenant, self._now())
            self._at = self._now().timestamp()

    def since(self, place: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the events after a place; waits until Kill Bill has nothing more to say."""
        with suppress(Exception):
            self._tenant.get("/test/queues?timeoutSec=20")
        while self._inbox:
            self._told += self._events(self._inbox.pop(0))
        yield from list(enumerate(self._told, 1))[place:]

    def _events(self, told: Mapping[str, Any]) -> list[dict[str, Any]]:
        kind, identifier = str(told["eventType"]), str(told["objectId"])
        if kind == "ACCOUNT_CREATION":
            return self._once("customer.created", self._customer(str(told["accountId"])))
        if kind in {"INVOICE_CREATION", "INVOICE_ADJUSTMENT"}:
            return self._of_invoice(identifier)
        if kind == "INVOICE_PAYMENT_SUCCESS":
            return self._charges(identifier)
        if kind in _SUBSCRIPTIONS:
            return self._of_subscription(identifier, kind, str(told.get("metaData") or ""))
        return []

    def _once(self, kind: str, found: Mapping[str, Any] | None, mark: str = "") -> list[dict[str, Any]]:
        if found is None:
            return []
        identifier = f"evt_{kind}_{found['id']}{mark}"
        if identifier in self._seen:
            return []
        self._seen.add(identifier)
        created = int(self._now().timestamp())
        if kind == "invoice.finalized":
            created = int(found["version"])
        return [{"id": identifier, "type": kind, "created": created, "data": {"object": dict(found)}}]

    def _customer(self, identifier: str) -> dict[str, Any]:
        account = self._tenant.get(f"/accounts/{identifier}")
        facts = {name: value for name, value in facts_of(account).items() if value}
        return {
            "id": identifier,
            "object": "customer",
            "name": account["name"],
            "currency": str(account["currency"]).lower(),
            "created": int(self._now().timestamp()),
            "metadata": {"account": account["externalKey"], **facts},
        }

    def _of_invoice(self, identifier: str) -> list[dict[str, Any]]:
        invoice = self._tenant.get(f"/invoices/{identifier}")
        if not invoice or invoice["status"] == "DRAFT":
            return []
        found = self._invoice(invoice)
        if invoice["status"] == "VOID":
            return self._once("invoice.voided", found)
        return self._once("invoice.finalized", found)

    def _invoice(self, invoice: Mapping[str, Any]) -> dict[str, Any]:
        account = self._tenant.get(f"/accounts/{invoice['accountId']}")
        facts = facts_of(account)
        digits = CURRENCIES[invoice["currency"]]
        lines = [one for one in invoice["items"] if one["itemType"] not in {"TAX", "CBA_ADJ"}]
        fields = self.adapter.fields(lines[0]["subscriptionId"])
        tax = sum(minor(one["amount"], digits) for one in invoice["items"] if one["itemType"] == "TAX")
        code = fields.get("tax_code", "")
        at = int(self._now().timestamp())
        terms = facts.get("payment_terms", "CARD")
        due = {"due_date": at + int(terms.removeprefix("NET")) * 86400} if terms != "CARD" else {}
        return {
            "id": invoice["invoiceId"],
            "object": "invoice",
            "version": version_of(invoice),
            "customer": invoice["accountId"],
            "subscription": lines[0]["subscriptionId"],
            "number": number_of(invoice, account),
            "currency": str(invoice["currency"]).lower(),
            "created": at,
            "effective_at": at,
            "collection_method": "charge_automatically" if terms == "CARD" else "send_invoice",
            **due,
            "status_transitions": {"finalized_at": at},
            "total": sum(minor(one["amount"], digits) for one in invoice["items"]),
            "tax": tax,
            "total_tax_amounts": [{"amount": tax, "inclusive": False}],
            "default_tax_rates": [{"percentage": self._prices.tax(code)[0], "metadata": {"tax_code": code}}],
            "metadata": {
                "legal_entity": facts.get("legal_entity", ""),
                "contract_id": fields.get("contract_id", ""),
                "tax_code": code,
                "synthetic": facts.get("synthetic", ""),
            },
            "lines": {"data": [self._line(one, fields, digits, tax, facts) for one in lines]},
        }

    def _line(
        self, item: Mapping[str, Any], fields: Mapping[str, str], digits: int, tax: int, facts: Mapping[str, str]
    ) -> dict[str, Any]:
        entity = facts.get("legal_entity", "")
        return {
            "id": item["invoiceItemId"],
            "amount": minor(item["amount"], digits),
            "quantity": 1,
            "description": fields.get("sku", ""),
            "metadata": {"sku": fields.get("sku", "")},
            "tax_amounts": [{"amount": tax, "inclusive": False}] if tax else [],
            "period": {
                "start": self._midnight(item["startDate"], entity),
                "end": self._midnight(item["endDate"], entity),
            },
        }

    def _midnight(self, day: str, entity: str) -> int:
        moment = datetime.combine(date.fromisoformat(day[:10]), time(), self._prices.zone(entity))
        return int(moment.timestamp())

    def _charges(self, invoice: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for one in self._tenant.get(f"/invoices/{invoice}/payments") or []:
            if str(one["paymentExternalKey"]).startswith(OUT_OF_BAND):
                continue
            digits = CURRENCIES[one["currency"]]
            base = {
                "object": "charge",
                "customer": one["accountId"],
                "currency": str(one["currency"]).lower(),
                "created": int(self._now().timestamp()),
            }
            for step in one["transactions"]:
                amount = minor(step["amount"], digits)
                if step["transactionType"] == "PURCHASE" and step["status"] == "SUCCESS":
                    charge = {
                        **base,
                        "id": one["paymentId"],
                        "invoice": invoice,
                        "amount": amount,
                        "status": "succeeded",
                    }
                    found += self._once("charge.succeeded", charge)
                elif step["transactionType"] == "REFUND" and step["status"] == "SUCCESS":
                    refund = {**base, "id": step["transactionId"], "charge": one["paymentId"], "amount": amount}
                    found += self._once("refund.created", {**refund, "object": "refund", "status": "succeeded"})
        return found

    def _of_subscription(self, identifier: str, kind: str, detail: str) -> list[dict[str, Any]]:
        found = self._tenant.get(f"/subscriptions/{identifier}")
        if not found:
            return []
        shown = self.adapter.subscription_of(identifier)
        name = _SUBSCRIPTIONS[kind]
        if kind == "SUBSCRIPTION_CANCEL" and shown["status"] != "canceled":
            name = "customer.subscription.updated"
        entity = str(shown["entity"])
        price = {"unit_amount": shown["price"], "recurring": {"interval": "year"}, "metadata": {"sku": shown["plan"]}}
        event = {
            "id": identifier,
            "object": "subscription",
            "customer": found["accountId"],
            "status": shown["status"],
            "currency": str(self._tenant.get(f"/accounts/{found['accountId']}")["currency"]).lower(),
            "items": {"data": [{"id": f"{identifier}-1", "quantity": 1, "price": price}]},
            "current_period_end": self._midnight(str(shown["end"]), entity),
            "cancel_at_period_end": shown["ends"],
            "metadata": {"contract_id": shown["contract"], "legal_entity": entity},
            "created": int(self._now().timestamp()),
        }
        return self._once(name, event, f"_{detail[:80]}_{shown['status']}")


def _listen(inbox: list[dict[str, Any]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with suppress(ValueError):
                inbox.append(json.loads(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (of the standard library)
            """Say nothing."""

    listener = ThreadingHTTPServer((_HOST, 0), Handler)
    threading.Thread(target=listener.serve_forever, name="killbill-events", daemon=True).start()
    return listener
