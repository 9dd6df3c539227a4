"""What happened in Kill Bill, in our words: what metrics are counted from.

Kill Bill 0.22 lists no events of the past, so they are read off its accounts, three calls each, with the times of its
audit log. Every account is looked at each time: what that costs grows with the accounts of the tenant, not with what is
new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.catalog.currencies import CURRENCIES
from harness.model import JSON
from synthetic.deeds import Answer
from synthetic.systems.killbill.books import AUDITED, KillBillBooks
from synthetic.systems.killbill.documents import (
    OUT_OF_BAND,
    facts_of,
    lines_of,
    minor,
    moment_of,
    status_of,
    sums_of,
    version_of,
)

_Row = dict[str, Any]


class KillBillPast:
    """Operations are the public methods, named as their callers say them."""

    def __init__(self, books: KillBillBooks) -> None:
        """Look at the tenant of `books`."""
        self._books = books
        self._tenant = books.tenant

    def events_of(self, since: int, until: int) -> Answer:
        """Show what happened in [since, until) that metrics are counted from, oldest first."""
        found = [row for account in self._books.accounts() for row in self._of(account) if since <= row["at"] < until]
        found.sort(key=lambda row: (row["at"], row["id"]))
        rows: list[JSON] = [*found]
        return {"count": len(rows), "events": rows, "until": until}

    def leftovers_of(self, before: int) -> Answer:
        """Show what is left of synthetic customers: subscriptions nobody cancelled, invoices nobody paid or voided."""
        subscriptions, invoices = list[str](), list[str]()
        for account in self._books.accounts():
            if facts_of(account).get("synthetic") != "true":
                continue
            subscriptions += [
                one["subscriptionId"]
                for one in self._books.subscriptions(account["accountId"])
                if not one.get("cancelledDate") and self._books.began(one) < before
            ]
            invoices += [
                one["invoiceId"]
                for one in self._invoices(account["accountId"])
                if one["status"] == "COMMITTED" and one["balance"] > 0 and version_of(one) < before
            ]
        count = len(subscriptions) + len(invoices)
        return {"count": count, "subscriptions": ",".join(subscriptions), "invoices": ",".join(invoices)}

    def _of(self, account: Mapping[str, Any]) -> Iterator[_Row]:
        facts, identifier = facts_of(account), account["accountId"]
        told = {
            "entity": facts.get("legal_entity", ""),
            "synthetic": facts.get("synthetic") == "true",
            "currency": account["currency"],
            "total": 0,
            "tax": 0,
            "invoice": "",
            "subscription": "",
            "status": "",
        }
        for one in self._invoices(identifier):
            yield from (told | row for row in _invoice_rows(one))
        for one in self._tenant.get(f"/accounts/{identifier}/invoicePayments") or []:
            yield from (told | row for row in _payment_rows(one))
        for bundle in self._tenant.get(f"/accounts/{identifier}/bundles{AUDITED}") or []:
            for one in bundle["subscriptions"]:
                status = status_of(one, self._books.today(identifier))
                yield from (told | row for row in _subscription_rows(one, status))

    def _invoices(self, account: str) -> list[_Row]:
        """Return the invoices of an account that were committed, with their items."""
        query = "withItems=true&includeVoidedInvoices=true"
        rows = self._tenant.get(f"/accounts/{account}/invoices?{query}") or []
        # the list knows no audit log, and so not when an invoice was made
        return [self._books.invoice(one["invoiceId"]) for one in rows if one["status"] != "DRAFT" and lines_of(one)]


def _row(kind: str, identifier: str, at: int, **facts: Any) -> _Row:
    return {"id": f"{kind}/{identifier}/{at}", "type": kind, "at": at, "object": identifier, **facts}


def _invoice_rows(invoice: Mapping[str, Any]) -> Iterator[_Row]:
    net, tax = sums_of(invoice)
    facts = {
        "currency": invoice["currency"],
        "total": net + tax,
        "tax": tax,
        "subscription": lines_of(invoice)[0]["subscriptionId"] or "",
        "status": str(invoice["status"]).lower(),
    }
    yield _row("invoice.finalised", invoice["invoiceId"], version_of(invoice), **facts)
    if invoice["status"] == "VOID":
        yield _row("invoice.voided", invoice["invoiceId"], moment_of(invoice["auditLogs"][-1]["changeDate"]), **facts)


def _payment_rows(payment: Mapping[str, Any]) -> Iterator[_Row]:
    """Yield the charge of a payment; one that another system booked already is no event of billing."""
    if str(payment["paymentExternalKey"]).startswith(OUT_OF_BAND):
        return
    for one in payment["transactions"]:
        if (one["transactionType"], one["status"]) == ("PURCHASE", "SUCCESS"):
            yield _row(
                "payment.succeeded",
                payment["paymentId"],
                moment_of(one["effectiveDate"]),
                currency=payment["currency"],
                total=minor(one["amount"], CURRENCIES[payment["currency"]]),
                invoice=payment["targetInvoiceId"] or "",
                status="succeeded",
            )


def _subscription_rows(subscription: Mapping[str, Any], status: str) -> Iterator[_Row]:
    """Yield each moment in which somebody changed a subscription, with what it is now."""
    logs = [
        *(subscription["auditLogs"] or ()),
        *(log for one in subscription["events"] for log in one["auditLogs"] or ()),
    ]
    for at in sorted({moment_of(one["changeDate"]) for one in logs}):
        yield _row("subscription.changed", subscription["subscriptionId"], at, status=status)
