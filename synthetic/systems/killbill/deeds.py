"""What is done in Kill Bill."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from harness.catalog.currencies import CURRENCIES
from harness.model.money import half_up
from synthetic.deeds import UNSUPPORTED, Answer, RefusedError, UnreachableError
from synthetic.systems.billing import PORT, Customer, Sale
from synthetic.systems.killbill.books import KillBillBooks
from synthetic.systems.killbill.catalogue import TRIALS
from synthetic.systems.killbill.documents import (
    OUT_OF_BAND,
    facts_of,
    lines_of,
    major,
    mark_of,
    minor,
    plan_of,
    status_of,
)

_DRAFTS = "00000000-0000-0000-0000-000000000008"
_PAY_OFF = "00000000-0000-0000-0000-000000000001"
"""System tags of Kill Bill: AUTO_INVOICING_DRAFT, AUTO_PAY_OFF."""
_EXTERNAL = "__EXTERNAL_PAYMENT__"
_DONE = "callCompletion=true&callTimeoutSec=30"


class KillBillDeeds:
    """Operations are the public methods, named as probes say them."""

    def __init__(self, books: KillBillBooks) -> None:
        """Work on the tenant of `books`."""
        self._books = books
        self._tenant = books.tenant

    def onboard(self, **customer: Any) -> Answer:
        """Make the account of a customer (see `Customer`) once; it pays by itself only on terms CARD."""
        asked = Customer(**customer)
        if asked.method != "card":
            raise _unsupported(f"no payment method {asked.method} without a payment plug-in")
        known = self._tenant.get(f"/accounts?externalKey={quote(asked.account)}")
        if known and facts_of(known).get("made_under", self._books.key) != self._books.key:
            raise _unsupported("an account of the CRM is one account here, and there is one already")
        made = known["accountId"] if known else self._tenant.post("/accounts", self._account(asked))
        # each part again where an earlier try was cut off before it
        wanted = {_DRAFTS} | ({_PAY_OFF} if asked.terms != "CARD" else set())
        tagged = {one["tagDefinitionId"] for one in self._tenant.get(f"/accounts/{made}/tags") or []}
        if missing := sorted(wanted - tagged):
            self._tenant.post(f"/accounts/{made}/tags", missing)
        if not self._tenant.get(f"/accounts/{made}/paymentMethods"):
            self._tenant.post(f"/accounts/{made}/paymentMethods?isDefault=true", {"pluginName": _EXTERNAL})
        return {"id": made, "currency": asked.currency}

    def _account(self, asked: Customer) -> dict[str, Any]:
        return {
            "externalKey": asked.account,
            "name": asked.name[:50],
            "firstNameLength": 1,
            "currency": asked.currency,
            "country": asked.entity[:2],
            "timeZone": str(self._books.prices.zone(asked.entity)),
            "notes": json.dumps({**asked.facts(), "synthetic": "true", "made_under": self._books.key}),
        }

    def subscribe(self, **sale: Any) -> Answer:
        """Begin a subscription (see `Sale`) once by its key; its first invoice gets its tax and is committed."""
        asked = Sale(**sale)
        if asked.quantity != 1 or self._books.prices.tiers(asked.sku, asked.currency):
            raise _unsupported("a plan has no quantity or meter here")
        if asked.trial_days not in {0, *TRIALS}:
            raise _unsupported(f"a plan with a trial of {asked.trial_days} days is not in the catalog")
        key = self._books.key or asked.contract
        known = self._tenant.get(f"/subscriptions?externalKey={quote(key)}")
        if known:
            identifier = str(known["subscriptionId"])
        else:
            plan = plan_of(asked.sku, asked.trial_days)
            body = {"accountId": asked.customer, "externalKey": key, "planName": plan}
            identifier = self._tenant.post(f"/subscriptions?{_DONE}", body)
        facts = {"contract_id": asked.contract, "tax_code": asked.tax_code, "sku": asked.sku}
        self._note(f"/subscriptions/{identifier}", "SUBSCRIPTION", facts)
        found = self._books.invoices(asked.customer, identifier)
        if not found:
            raise UnreachableError(PORT, "the first invoice is not there yet")
        self.finalise(found[0], asked.tax_code)
        return {"id": identifier, "invoice": found[0]["invoiceId"]}

    def _note(self, path: str, kind: str, facts: Mapping[str, str]) -> None:
        """Write custom fields of something, once."""
        if not self._tenant.get(f"{path}/customFields"):
            rows = [{"name": name, "value": value, "objectType": kind} for name, value in facts.items() if value]
            self._tenant.post(f"{path}/customFields", rows)

    def finalise(self, invoice: Mapping[str, Any], tax_code: str) -> None:
        """Add the tax of the price list to a draft, rounded once a document, and commit it; nothing on others."""
        if invoice["status"] != "DRAFT":
            return
        percentage, inclusive = self._books.prices.tax(tax_code)
        if inclusive:
            raise _unsupported("Kill Bill adds tax, it takes none out of a price")
        net = sum(minor(one["amount"], CURRENCIES[invoice["currency"]]) for one in lines_of(invoice))
        taxed = any(one["itemType"] == "TAX" for one in invoice["items"])
        if (tax := half_up(Fraction(net) * Fraction(percentage) / 100)) and not taxed:
            item = {
                "accountId": invoice["accountId"],
                "invoiceId": invoice["invoiceId"],
                "amount": major(tax, invoice["currency"]),
                "currency": invoice["currency"],
                "description": tax_code,
            }
            self._tenant.post(f"/invoices/taxes/{invoice['accountId']}?autoCommit=false", [item])
        self._tenant.put(f"/invoices/{invoice['invoiceId']}/commitInvoice")

    def finalise_drafts(self, subscription: str) -> None:
        """Give every draft of a subscription its tax and commit it: Kill Bill makes those of later terms by itself."""
        found = self._books.subscription(subscription)
        code = self._books.fields(subscription).get("tax_code", "")
        for invoice in self._books.invoices(found["accountId"], subscription):
            if code:
                self.finalise(invoice, code)

    def bill(  # noqa: PLR0913, PLR0917  (an invoice has these facts)
        self,
        customer: str,
        sku: str,
        amounts: list[int],
        entity: str,
        currency: str,
        tax_code: str,
        contract: str = "",
        terms: str = "CARD",
        dated: str = "",
    ) -> Answer:
        """Bill something once by its key: an invoice with one charge per amount; `dated` if not today."""
        del entity, terms  # of the account
        key = self._books.key
        known = next((one for one in self._charged(customer) if key and one["itemDetails"] == key), None)
        if known is None:
            charge = {"accountId": customer, "currency": currency, "description": sku, "itemDetails": key or None}
            body = [{**charge, "amount": major(amount, currency)} for amount in amounts]
            known = self._tenant.charge(f"/invoices/charges/{customer}?autoCommit=false", body)[0]
        invoice = str(known["invoiceId"])
        facts = {"contract_id": contract, "tax_code": tax_code, "sku": sku, "document_date": dated}
        self._note(f"/invoices/{invoice}", "INVOICE", facts)
        self.finalise(self._books.invoice(invoice), tax_code)
        return {"id": invoice}

    def _charged(self, customer: str) -> Iterator[dict[str, Any]]:
        rows = self._tenant.get(f"/accounts/{customer}/invoices?withItems=true") or []
        return (item for row in rows for item in row["items"] or () if item["itemType"] == "EXTERNAL_CHARGE")

    def cancel(self, subscription: str, when: str = "now", *, refundable: bool = True, effective: str = "") -> Answer:
        """Cancel now or at the end of the period; cancelling twice is no mistake.

        What is not used is credited by whoever asks for it; where it is not `refundable` the subscription says so, and
        where it counts from a day before today (`effective`, YYYY-MM-DD) that one.
        """
        found = self._books.subscription(subscription)
        said = ({} if refundable else {"refundable": "false"}) | ({"effective_date": effective} if effective else {})
        known = self._books.fields(subscription) if said else {}
        rows = [
            {"name": name, "value": value, "objectType": "SUBSCRIPTION"}
            for name, value in said.items()
            if name not in known
        ]
        if rows:
            self._tenant.post(f"/subscriptions/{subscription}/customFields", rows)
        if found.get("cancelledDate"):
            return {"id": subscription, "status": status_of(found, self._books.today(found["accountId"]))}
        policy = "END_OF_TERM" if when == "period_end" else "IMMEDIATE"
        # no credit by itself: what is given back is decided, and credited, by others
        asked = f"entitlementPolicy={policy}&billingPolicy=END_OF_TERM&useRequestedDateForBilling=false"
        self._tenant.delete(f"/subscriptions/{subscription}?{asked}&{_DONE}")
        return {"id": subscription, "status": "active" if when == "period_end" else "canceled"}

    def mark_paid(self, invoice: str) -> Answer:
        """Mark an invoice as paid outside of billing: a bank transfer that the ledger applied."""
        found = self._books.invoice(invoice)
        if found["balance"] > 0:
            body = {
                "targetInvoiceId": invoice,
                "accountId": found["accountId"],
                "purchasedAmount": found["balance"],
                "paymentExternalKey": f"{OUT_OF_BAND}{invoice}",
            }
            self._tenant.post(f"/invoices/{invoice}/payments?externalPayment=true", body)
        return {"id": invoice, "status": "paid"}

    def void(self, invoice: str) -> Answer:
        """Void an invoice that nobody paid."""
        if self._books.invoice(invoice)["status"] != "VOID":
            self._tenant.put(f"/invoices/{invoice}/voidInvoice")
        return {"id": invoice, "status": "void"}

    def credit(
        self, invoice: str, net: int, reason: str = "order_change", scope: str = "", refund: int = 0, aside: int = 0
    ) -> Answer:
        """Adjust the first line of an invoice and its tax, once by its key; `refund` goes back to the card first.

        Given back first and adjusted then, so that nothing becomes credit of the account in between.
        """
        if aside:
            raise _unsupported(
                "what is credited on a paid invoice is credit of the account, which pays what comes next"
            )
        found = self._books.invoice(invoice)
        line, digits = lines_of(found)[0], CURRENCIES[found["currency"]]
        taxed = next((one for one in found["items"] if one["itemType"] == "TAX"), None)
        if net > self._left(found, line):
            raise RefusedError(PORT, "credit_note_amount_too_large", f"{net} is more than is left of {invoice}")
        total_net = sum(minor(one["amount"], digits) for one in lines_of(found))
        tax = half_up(Fraction(net) * minor(taxed["amount"], digits) / total_net) if taxed and total_net else 0
        mark = json.dumps({"key": self._books.key, "reason": reason, "scope": scope})
        given = ""
        if refund:
            payment = (self._tenant.get(f"/invoices/{invoice}/payments") or [])[-1]["paymentId"]
            given = str(self.refund(payment, refund)["id"])
        if taxed and tax:
            self._adjust(found, taxed, tax, mark)
        self._adjust(found, line, net, mark)
        item = next(one for one in _adjustments(self._books.invoice(invoice), line) if one["description"] == mark)
        self._note(f"/invoiceItems/{item['invoiceItemId']}", "INVOICE_ITEM", {"invoice_id": invoice})
        return {"id": item["invoiceItemId"], "total": net + tax, "refund": given or None}

    def _left(self, invoice: Mapping[str, Any], line: Mapping[str, Any]) -> int:
        """Return what of a line nobody credited under another key."""
        digits = CURRENCIES[invoice["currency"]]
        key = self._books.key
        others = [one for one in _adjustments(invoice, line) if not key or mark_of(one).get("key") != key]
        return minor(line["amount"], digits) + sum(minor(one["amount"], digits) for one in others)

    def _adjust(self, invoice: Mapping[str, Any], item: Mapping[str, Any], amount: int, mark: str) -> None:
        if any(one["description"] == mark for one in _adjustments(invoice, item)):
            return
        body = {
            "accountId": invoice["accountId"],
            "invoiceItemId": item["invoiceItemId"],
            "amount": major(amount, invoice["currency"]),
            "currency": invoice["currency"],
            "description": mark,
        }
        self._tenant.post(f"/invoices/{invoice['invoiceId']}", body)

    def refund(self, payment: str, amount: int) -> Answer:
        """Give money of a payment back, once by its key."""
        found = self._tenant.get(f"/payments/{payment}")
        key = self._books.key
        if not (known := _refunds(found, key)):
            if amount > minor(found["purchasedAmount"] - found["refundedAmount"], CURRENCIES[found["currency"]]):
                raise RefusedError(PORT, "amount_too_large", f"{amount} is more than is left of {payment}")
            body = {
                "amount": major(amount, found["currency"]),
                "isAdjusted": False,
                "transactionExternalKey": key or None,
            }
            self._tenant.post(f"/invoicePayments/{payment}/refunds", body)
            known = _refunds(self._tenant.get(f"/payments/{payment}"), key)
        return {"id": known[-1]["transactionId"], "status": "succeeded"}


def _adjustments(invoice: Mapping[str, Any], item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        one
        for one in invoice["items"]
        if one["itemType"] == "ITEM_ADJ" and one["linkedInvoiceItemId"] == item["invoiceItemId"]
    ]


def _refunds(payment: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [
        one
        for one in payment["transactions"]
        if one["transactionType"] == "REFUND" and (not key or one["transactionExternalKey"] == key)
    ]


def _unsupported(why: str) -> RefusedError:
    return RefusedError(PORT, UNSUPPORTED, why)
