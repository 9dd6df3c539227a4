"""The `billing` port over Kill Bill's REST API: a real billing system nobody here wrote.

Kill Bill computes no tax by itself and has no field for our facts. So invoices are made as drafts (a tag of the
account), the tax of the price list is added to them, and then they are committed; entity, terms and the like stand in
the notes of the account, contract and tax code in custom fields of the subscription. What Kill Bill 0.22 cannot do is
refused as `operation-unsupported`: quantities of a plan, metered tiers, previews, disputes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from harness.catalog.currencies import CURRENCIES
from harness.model.money import half_up
from synthetic.deeds import Answer, Attempt, RefusedError, UnreachableError
from synthetic.systems.stripe import PriceList
from synthetic.systems.wire import Wire

_PORT = "billing"
_DRAFTS = "00000000-0000-0000-0000-000000000008"
_PAY_OFF = "00000000-0000-0000-0000-000000000001"
"""System tags of Kill Bill: AUTO_INVOICING_DRAFT, AUTO_PAY_OFF."""
_EXTERNAL = "__EXTERNAL_PAYMENT__"
OUT_OF_BAND = "out-of-band-"
"""Begins the key of a payment that another system already booked: no event tells of it."""
_STATUS = {"DRAFT": "draft", "VOID": "void"}
_BLOCKS = {"ACTIVE": "active", "PENDING": "active", "CANCELLED": "canceled", "EXPIRED": "canceled"}
_PATIENCE = 60.0


class KillBill:
    """One tenant of one Kill Bill.

    Args:
        url: `http://127.0.0.1:PORT`.
        user: Name and password of a user, by a colon.
        tenant: API key of the tenant, which is its secret too on a sandbox.
    """

    def __init__(self, url: str, user: str, tenant: str) -> None:
        """Keep it; nothing is asked yet."""
        self.tenant = tenant
        headers = {
            "authorization": "Basic " + base64.b64encode(user.encode()).decode(),
            "x-killbill-createdby": "contract-harness",
            "x-killbill-apikey": tenant,
            "x-killbill-apisecret": tenant,
            "accept": "application/json",
        }
        self._wire = Wire(_PORT, url, headers, patience=_PATIENCE)

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def get(self, path: str) -> Any:
        """Read something; None if it is not there."""
        return self._sent("GET", path)[1]

    def post(self, path: str, body: Any = None) -> str:
        """Make something and return its id, the last part of where it is."""
        where, _ = self._sent("POST", path, body)
        return where.rsplit("/", 1)[-1]

    def put(self, path: str, body: Any = None) -> None:
        """Change something."""
        self._sent("PUT", path, body)

    def delete(self, path: str) -> None:
        """End something."""
        self._sent("DELETE", path)

    def upload(self, path: str, text: str) -> None:
        """Send XML."""
        reply = self._wire.ask("POST", f"/1.0/kb{path}", text.encode(), {"content-type": "text/xml"})
        _check(reply.status, reply.body, path)

    def _sent(self, method: str, path: str, body: Any = None) -> tuple[str, Any]:
        sent = json.dumps(body, default=str).encode() if body is not None else b""
        headers = {"content-type": "application/json", "content-length": str(len(sent))}
        reply = self._wire.ask(method, f"/1.0/kb{path}", sent, headers)
        if method == "GET" and reply.status in {204, 404}:
            return "", None
        _check(reply.status, reply.body, path)
        found = json.loads(reply.body, parse_float=Decimal) if reply.body else None
        return reply.headers.get("location", ""), found


def _check(status: int, body: bytes, path: str) -> None:
    if status >= 500:
        raise UnreachableError(_PORT, f"{status} for {path}: {body[:200].decode(errors='replace')}")
    if status >= 400:
        try:
            error = json.loads(body)
            code, message = f"killbill-{error.get('code') or status}", str(error.get("message"))
        except ValueError:
            code, message = f"killbill-{status}", body[:200].decode(errors="replace")
        raise RefusedError(_PORT, code, message)


class KillBillBilling:
    """Adapter: operations are the public methods, named as probes say them."""

    def __init__(self, server: KillBill, prices: PriceList, now: Callable[[], datetime]) -> None:
        """Keep them; nothing is asked yet."""
        self._server = server
        self._prices = prices
        self._now = now
        self._operations: Mapping[str, Callable[..., Answer]] = {
            name: getattr(self, name) for name in dir(self) if not name.startswith("_") and name != "call"
        }
        self._key = ""

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call; what Kill Bill cannot do is refused."""
        operation = self._operations.get(attempt.operation)
        if operation is None:
            raise RefusedError(_PORT, "operation-unsupported", f"Kill Bill 0.22 has no {attempt.operation}")
        self._key = attempt.key
        return operation(**attempt.request)

    # deeds

    def onboard(  # noqa: PLR0913, PLR0917  (a customer has these facts)
        self,
        account: str,
        name: str,
        entity: str,
        currency: str,
        terms: str = "CARD",
        tax_id: str = "",
        parent: str = "",
        method: str = "card",
    ) -> Answer:
        """Make the account of a customer once; it pays by itself only on terms CARD."""
        if method != "card":
            raise RefusedError(_PORT, "operation-unsupported", f"no payment method {method} without a payment plug-in")
        known = self._server.get(f"/accounts?externalKey={quote(account)}")
        if known:
            return {"id": known["accountId"], "currency": currency}
        facts = {"legal_entity": entity, "payment_terms": terms, "tax_id": tax_id, "parent_id": parent}
        made = self._server.post(
            "/accounts",
            {
                "externalKey": account,
                "name": name[:50],
                "firstNameLength": 1,
                "currency": currency,
                "country": entity[:2],
                "timeZone": str(self._prices.zone(entity)),
                "notes": json.dumps({**facts, "synthetic": "true"}),
            },
        )
        self._server.post(f"/accounts/{made}/tags", [_DRAFTS] + ([_PAY_OFF] if terms != "CARD" else []))
        self._server.post(f"/accounts/{made}/paymentMethods?isDefault=true", {"pluginName": _EXTERNAL})
        return {"id": made, "currency": currency}

    def subscribe(  # noqa: PLR0913, PLR0917  (a subscription has these facts)
        self,
        customer: str,
        sku: str,
        entity: str,
        currency: str,
        tax_code: str,
        contract: str,
        quantity: int = 1,
        terms: str = "CARD",
        trial_days: int = 0,
    ) -> Answer:
        """Begin a subscription once by its key; its first invoice gets its tax and is committed."""
        if quantity != 1 or trial_days or self._prices.tiers(sku, currency):
            raise RefusedError(_PORT, "operation-unsupported", "a plan has no quantity, trial or meter here")
        del entity, terms  # of the account
        key = self._key or contract
        known = self._server.get(f"/subscriptions?externalKey={quote(key)}")
        if known:
            identifier = known["subscriptionId"]
        else:
            body = {"accountId": customer, "externalKey": key, "planName": plan_of(sku)}
            identifier = self._server.post("/subscriptions?callCompletion=true&callTimeoutSec=30", body)
        if not self._server.get(f"/subscriptions/{identifier}/customFields"):
            fields = {"contract_id": contract, "tax_code": tax_code, "sku": sku}
            rows = [{"name": name, "value": value, "objectType": "SUBSCRIPTION"} for name, value in fields.items()]
            self._server.post(f"/subscriptions/{identifier}/customFields", rows)
        found = self.invoices(customer, identifier)
        if not found:
            raise UnreachableError(_PORT, "the first invoice is not there yet")
        self.finalise(found[0], tax_code)
        return {"id": identifier, "invoice": found[0]["invoiceId"]}

    def finalise(self, invoice: Mapping[str, Any], tax_code: str) -> None:
        """Add the tax of the price list to a draft, rounded once a document, and commit it; nothing on others."""
        if invoice["status"] != "DRAFT":
            return
        percentage, inclusive = self._prices.tax(tax_code)
        digits = CURRENCIES[invoice["currency"]]
        net = sum(minor(one["amount"], digits) for one in invoice["items"] if one["itemType"] != "TAX")
        taxed = any(one["itemType"] == "TAX" for one in invoice["items"])
        rate = Fraction(percentage)
        if inclusive:
            raise RefusedError(_PORT, "operation-unsupported", "Kill Bill adds tax, it takes none out of a price")
        if (tax := half_up(Fraction(net) * rate / 100)) and not taxed:
            item = {
                "accountId": invoice["accountId"],
                "invoiceId": invoice["invoiceId"],
                "amount": str(Decimal(tax).scaleb(-digits)),
                "currency": invoice["currency"],
                "description": tax_code,
            }
            self._server.post(f"/invoices/taxes/{invoice['accountId']}?autoCommit=false", [item])
        self._server.put(f"/invoices/{invoice['invoiceId']}/commitInvoice")

    def cancel(self, subscription: str, when: str = "now") -> Answer:
        """Cancel now or at the end of the period; cancelling twice is no mistake."""
        found = self._subscription(subscription)
        if found.get("cancelledDate"):
            return {"id": subscription, "status": _status(found, self._today(found))}
        policy = "END_OF_TERM" if when == "period_end" else "IMMEDIATE"
        # no credit by itself: what is given back is decided, and credited, by others
        asked = f"entitlementPolicy={policy}&billingPolicy=END_OF_TERM&useRequestedDateForBilling=false"
        self._server.delete(f"/subscriptions/{subscription}?{asked}&callCompletion=true&callTimeoutSec=30")
        found = self._subscription(subscription)
        return {"id": subscription, "status": "active" if when == "period_end" else "canceled"}

    def mark_paid(self, invoice: str) -> Answer:
        """Mark an invoice as paid outside of billing: a bank transfer that the ledger applied."""
        found = self._server.get(f"/invoices/{invoice}")
        if found["balance"] > 0:
            body = {
                "targetInvoiceId": invoice,
                "accountId": found["accountId"],
                "purchasedAmount": found["balance"],
                "paymentExternalKey": f"{OUT_OF_BAND}{invoice}",
            }
            self._server.post(f"/invoices/{invoice}/payments?externalPayment=true", body)
        return {"id": invoice, "status": "paid"}

    def void(self, invoice: str) -> Answer:
        """Void an invoice that nobody paid."""
        if self._server.get(f"/invoices/{invoice}")["status"] != "VOID":
            self._server.put(f"/invoices/{invoice}/voidInvoice")
        return {"id": invoice, "status": "void"}

    def refund(self, payment: str, amount: int) -> Answer:
        """Give money of a payment back, once by its key."""
        found = self._server.get(f"/payments/{payment}")
        digits = CURRENCIES[found["currency"]]
        body = {
            "amount": str(Decimal(amount).scaleb(-digits)),
            "isAdjusted": False,
            "transactionExternalKey": self._key or None,
        }
        self._server.post(f"/invoicePayments/{payment}/refunds?externalPayment=true", body)
        again = self._server.get(f"/payments/{payment}")
        refunds = [one for one in again["transactions"] if one["transactionType"] == "REFUND"]
        return {"id": refunds[-1]["transactionId"], "status": "succeeded"}

    # looks

    def customer_of(self, account: str) -> Answer:
        """Show the billing customer of an account."""
        found = self._server.get(f"/accounts?externalKey={quote(account)}")
        if not found:
            return {"count": 0}
        facts = facts_of(found)
        return {
            "count": 1,
            "customer": found["accountId"],
            "name": found["name"],
            "entity": facts.get("legal_entity", ""),
            "terms": facts.get("payment_terms", ""),
            "tax_id": facts.get("tax_id", ""),
            "parent": facts.get("parent_id", ""),
        }

    def subscription_of(self, subscription: str) -> Answer:
        """Show a subscription."""
        found = self._subscription(subscription)
        account = self._server.get(f"/accounts/{found['accountId']}")
        entity = facts_of(account).get("legal_entity", "")
        fields = self.fields(subscription)
        start, end = self.term(found)
        return {
            "count": 1,
            "status": _status(found, self._today(found)),
            "plan": fields.get("sku", ""),
            "quantity": 1,
            "price": self._prices.price(fields.get("sku", ""), account["currency"]),
            "contract": fields.get("contract_id", ""),
            "entity": entity,
            "start": start,
            "end": end,
            "ends": bool(found.get("cancelledDate")),
        }

    def invoice_of(self, invoice: str = "", subscription: str = "") -> Answer:
        """Show an invoice, by its id or the newest of a subscription."""
        if invoice:
            one = self._server.get(f"/invoices/{invoice}")
        else:
            one = next(iter(self.invoices(self._subscription(subscription)["accountId"], subscription)), None)
        if not one or one["status"] == "DRAFT":
            return {"count": 0}
        digits = CURRENCIES[one["currency"]]
        lines = [item for item in one["items"] if item["itemType"] not in {"TAX", "CBA_ADJ"}]
        fields = self.fields(lines[0]["subscriptionId"]) if lines and lines[0]["subscriptionId"] else {}
        account = self._server.get(f"/accounts/{one['accountId']}")
        total = sum(minor(item["amount"], digits) for item in one["items"])
        tax = sum(minor(item["amount"], digits) for item in one["items"] if item["itemType"] == "TAX")
        payments = self._server.get(f"/invoices/{one['invoiceId']}/payments") or []
        open_ = 0 if one["status"] == "VOID" else minor(one["balance"], digits)
        return {
            "count": 1,
            "invoice": one["invoiceId"],
            "status": _STATUS.get(one["status"]) or ("open" if open_ else "paid"),
            "currency": one["currency"],
            "net": total - tax,
            "tax": tax,
            "total": total,
            "open": open_,
            "entity": facts_of(account).get("legal_entity", ""),
            "contract": fields.get("contract_id", ""),
            "legal_number": number_of(one, account),
            "lines": len(lines),
            "version": version_of(one),
            "quantity": len(lines),
            "start": min((item["startDate"] for item in lines), default=None),
            "end": max((item["endDate"] for item in lines), default=None),
            "payment": payments[-1]["paymentId"] if payments else None,
            "attempts": len(payments),
        }

    def invoices_of(self, subscription: str) -> Answer:
        """Show how many invoices a subscription has and what they sum to."""
        found = self.invoices(self._subscription(subscription)["accountId"], subscription)
        done = [one for one in found if one["status"] != "DRAFT"]
        return {
            "count": len(done),
            "total": sum(minor(item["amount"], CURRENCIES[one["currency"]]) for one in done for item in one["items"]),
        }

    def payment_of(self, payment: str) -> Answer:
        """Show a payment."""
        found = self._server.get(f"/payments/{payment}")
        if not found:
            return {"count": 0}
        digits = CURRENCIES[found["currency"]]
        done = any(one["status"] == "SUCCESS" for one in found["transactions"])
        return {
            "count": 1,
            "status": "succeeded" if done else "failed",
            "amount": minor(found["purchasedAmount"], digits),
            "refunded": minor(found["refundedAmount"], digits),
            "currency": found["currency"],
            "disputed": any(one["transactionType"] == "CHARGEBACK" for one in found["transactions"]),
        }

    # what the events of this system are made of

    def invoices(self, account: str, subscription: str) -> list[dict[str, Any]]:
        """Return the invoices of a subscription, the newest first."""
        rows = self._server.get(f"/accounts/{account}/invoices?withItems=true&includeVoidedInvoices=true") or []
        found = [
            self._server.get(f"/invoices/{row['invoiceId']}")
            for row in rows
            if any(item["subscriptionId"] == subscription for item in row["items"] or ())
        ]
        return sorted(found, key=lambda one: int(one["invoiceNumber"]), reverse=True)

    def fields(self, subscription: str) -> dict[str, str]:
        """Return the custom fields of a subscription."""
        rows = self._server.get(f"/subscriptions/{subscription}/customFields") or []
        return {row["name"]: row["value"] for row in rows}

    def term(self, found: Mapping[str, Any]) -> tuple[str, str]:
        """Return the first day of the current yearly term of a subscription and the day after its last."""
        end = found.get("chargedThroughDate") or found["billingStartDate"]
        day = date.fromisoformat(str(end)[:10])
        start = date.fromisoformat(str(found["billingStartDate"])[:10])
        return str(max(start, _year_before(day))), str(day)

    def _subscription(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._server.get(f"/subscriptions/{identifier}")
        if not found:
            raise RefusedError(_PORT, "resource_missing", f"no subscription {identifier}")
        return found

    def _today(self, found: Mapping[str, Any]) -> date:
        account = self._server.get(f"/accounts/{found['accountId']}")
        return self._now().astimezone(self._prices.zone(facts_of(account).get("legal_entity", ""))).date()


def catalogue(skus: Mapping[str, Mapping[str, int]], currencies: list[str]) -> str:
    """Return the catalog of Kill Bill in XML: a yearly plan per SKU, its price per currency in minor units."""
    products = "".join(f'<product name="{_name(sku)}"><category>BASE</category></product>' for sku in skus)
    plans = "".join(
        f'<plan name="{plan_of(sku)}"><product>{_name(sku)}</product><finalPhase type="EVERGREEN"><duration>'
        "<unit>UNLIMITED</unit></duration><recurring><billingPeriod>ANNUAL</billingPeriod><recurringPrice>"
        + "".join(
            f"<price><currency>{code}</currency><value>{Decimal(amount).scaleb(-CURRENCIES[code])}</value></price>"
            for code, amount in prices.items()
        )
        + "</recurringPrice></recurring></finalPhase></plan>"
        for sku, prices in skus.items()
    )
    policy = "<{0}Policy><{0}PolicyCase><policy>IMMEDIATE</policy></{0}PolicyCase></{0}Policy>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><catalog><effectiveDate>2020-01-01T00:00:00+00:00</effectiveDate>'
        "<catalogName>landscape</catalogName><recurringBillingMode>IN_ADVANCE</recurringBillingMode><currencies>"
        + "".join(f"<currency>{code}</currency>" for code in currencies)
        + f"</currencies><products>{products}</products><rules>{policy.format('change')}{policy.format('cancel')}"
        f'</rules><plans>{plans}</plans><priceLists><defaultPriceList name="DEFAULT"><plans>'
        + "".join(f"<plan>{plan_of(sku)}</plan>" for sku in skus)
        + "</plans></defaultPriceList></priceLists></catalog>"
    )


def plan_of(sku: str) -> str:
    """Return the name of the yearly plan of a SKU."""
    return f"{sku.lower()}-yearly"


def minor(amount: Decimal | int, digits: int) -> int:
    """Return an amount in minor units."""
    return int(Decimal(amount).scaleb(digits))


def facts_of(account: Mapping[str, Any]) -> dict[str, str]:
    """Return our facts of an account; empty where somebody wrote other notes."""
    try:
        found = json.loads(account.get("notes") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def number_of(invoice: Mapping[str, Any], account: Mapping[str, Any]) -> str:
    """Return the legal number of an invoice: Kill Bill counts one row of numbers a tenant."""
    entity = facts_of(account).get("legal_entity", "")
    return f"{entity[:2]}-{str(invoice['invoiceDate'])[:4]}-{int(invoice['invoiceNumber']):06}"


def version_of(invoice: Mapping[str, Any]) -> int:
    """Return the version of a committed invoice, which never changes: its number."""
    return int(invoice["invoiceNumber"])


def _status(found: Mapping[str, Any], today: date) -> str:
    ended = found.get("cancelledDate")
    if ended and date.fromisoformat(str(ended)[:10]) <= today:
        return "canceled"
    return _BLOCKS.get(str(found.get("state")), "active")


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)


def _name(sku: str) -> str:
    return sku.title().replace("-", "")
