"""What is seen in Kill Bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from harness.catalog.currencies import CURRENCIES
from synthetic.deeds import Answer
from synthetic.systems.billing import billed_lines, customer_facts
from synthetic.systems.killbill.books import AUDITED, KillBillBooks
from synthetic.systems.killbill.documents import (
    credit_number,
    credited,
    facts_of,
    lines_of,
    minor,
    number_of,
    status_of,
    sums_of,
    taxes_of,
    term_of,
    version_of,
)

_STATUS = {"DRAFT": "draft", "VOID": "void"}


class KillBillLooks:
    """Operations are the public methods, named as probes say them."""

    def __init__(self, books: KillBillBooks) -> None:
        """Look at the tenant of `books`."""
        self._books = books
        self._tenant = books.tenant

    def customer_of(self, account: str) -> Answer:
        """Show the billing customer of an account."""
        found = self._tenant.get(f"/accounts?externalKey={quote(account)}")
        if not found:
            return {"count": 0}
        return customer_facts(found["accountId"], 1, found["name"], facts_of(found))

    def subscription_of(self, subscription: str) -> Answer:
        """Show a subscription."""
        found = self._books.subscription(subscription)
        account = self._books.account(found["accountId"])
        fields = self._books.fields(subscription)
        start, end = term_of(found)
        return {
            "count": 1,
            "status": status_of(found, self._books.today(found["accountId"])),
            "plan": fields.get("sku", ""),
            "quantity": 1,
            "price": self._books.prices.price(fields.get("sku", ""), account["currency"]),
            "contract": fields.get("contract_id", ""),
            "entity": facts_of(account).get("legal_entity", ""),
            "start": start,
            "end": end,
            "ends": bool(found.get("cancelledDate")),
            "effective": fields.get("effective_date", ""),
        }

    def invoice_of(self, invoice: str = "", subscription: str = "") -> Answer:
        """Show an invoice, by its id or the newest of a subscription."""
        found = [self._tenant.get(f"/invoices/{invoice}{AUDITED}")] if invoice else self._invoices(subscription)
        one = next(iter(found), None)
        if not one or one["status"] == "DRAFT":
            return {"count": 0}
        account = self._books.account(one["accountId"])
        lines = lines_of(one)
        net, tax = sums_of(one)
        payments = self._tenant.get(f"/invoices/{one['invoiceId']}/payments") or []
        open_ = 0 if one["status"] == "VOID" else minor(one["balance"], CURRENCIES[one["currency"]])
        return {
            "count": 1,
            "invoice": one["invoiceId"],
            "status": _STATUS.get(one["status"]) or ("open" if open_ else "paid"),
            "currency": one["currency"],
            "net": net,
            "tax": tax,
            "total": net + tax,
            "open": open_,
            "entity": facts_of(account).get("legal_entity", ""),
            "contract": self._books.facts_of_lines(one).get("contract_id", ""),
            "legal_number": number_of(one, account),
            "lines": len(lines),
            "version": version_of(one),
            "quantity": len(lines),
            "start": min((item["startDate"] for item in lines), default=None),
            "end": max((item["endDate"] or item["startDate"] for item in lines), default=None),
            "payment": payments[-1]["paymentId"] if payments else None,
            "attempts": len(payments),
            **billed_lines(self._sold(one)),
        }

    def _sold(self, invoice: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
        """Return SKU, net and tax of each line; the tax of the document is spread by their share."""
        digits, sku = CURRENCIES[invoice["currency"]], self._books.facts_of_lines(invoice).get("sku", "")
        for line, tax in zip(lines_of(invoice), taxes_of(invoice), strict=True):
            yield sku, minor(line["amount"], digits), tax

    def invoices_of(self, subscription: str) -> Answer:
        """Show how many invoices a subscription has and what they sum to."""
        done = [one for one in self._invoices(subscription) if one["status"] != "DRAFT"]
        return {"count": len(done), "total": sum(sum(sums_of(one)) for one in done)}

    def payment_of(self, payment: str) -> Answer:
        """Show a payment."""
        found = self._tenant.get(f"/payments/{payment}")
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

    def refund_of(self, refund: str) -> Answer:
        """Show a refund."""
        found = self._tenant.get(f"/paymentTransactions/{refund}")
        one = _transaction(found, refund)
        if one is None:
            return {"count": 0}
        return {
            "count": 1,
            "status": "succeeded" if one["status"] == "SUCCESS" else "failed",
            "amount": minor(one["amount"], CURRENCIES[found["currency"]]),
            "currency": found["currency"],
            "payment": found["paymentId"],
        }

    def credit_of(self, credit: str) -> Answer:
        """Show a credit note: the adjustment of a line and that of its tax."""
        # Kill Bill 0.22 shows no item by itself, so a credit note notes its invoice
        of_invoice = self._books.fields(credit, "invoiceItems").get("invoice_id", "")
        if not of_invoice:
            return {"count": 0}
        invoice = self._books.invoice(of_invoice)
        item = next(one for one in invoice["items"] if one["invoiceItemId"] == credit)
        found = credited(invoice, item)
        account = self._books.account(invoice["accountId"])
        return {
            "count": 1,
            "credit": credit,
            "status": "issued",
            "total": found.net + found.tax,
            "net": found.net,
            "invoice": invoice["invoiceId"],
            "legal_number": credit_number(invoice, account, found),
            "version": version_of(item),
        }

    def _invoices(self, subscription: str) -> list[dict[str, Any]]:
        return self._books.invoices(self._books.subscription(subscription)["accountId"], subscription)


def _transaction(payment: Mapping[str, Any] | None, identifier: str) -> dict[str, Any] | None:
    rows = (payment or {}).get("transactions", ())
    return next((one for one in rows if one["transactionId"] == identifier), None)
