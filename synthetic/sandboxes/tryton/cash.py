"""Money in Tryton: payments and their application, payouts, refunds, disputes, write-offs, dunning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from harness.model import JSON
from synthetic.sandboxes.ledger import contradictions, rules_cash, rules_sales
from synthetic.sandboxes.ledger.rules_sales import Document, day_of, text, whole
from synthetic.sandboxes.ledger.values import OpenItem, Posting, RefusedError
from synthetic.sandboxes.tryton.books import Books, Held, Taken
from synthetic.systems.tryton.directory import Company
from synthetic.systems.tryton.documents import minor

_BANK_LINES = "CASH"
_RECEIPT_FIELDS = (
    "description",
    "origin",
    "date",
    "lines.account.code",
    "lines.party.code",
    "lines.debit",
    "lines.credit",
    "lines.amount_second_currency",
    "lines.second_currency.code",
)


class Cash:
    """What customers pay, take back or never pay; every operation may be repeated."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def apply_payment(self, document: Document, ledger: str = "", *, journal: str = "MISC") -> Taken:
        """Post money received, apply it up to what is open, and reconcile; the rest is unapplied in 2100."""
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_amount(document)
        item, held = self._named(document, ledger)
        if item and item.currency != text(document, "currency"):
            raise RefusedError(
                "currency-differs", f"payment in {text(document, 'currency')}, invoice in {item.currency}"
            )
        applied = min(whole(document, "amount"), item.open) if item else 0
        named = {**document, "ledger": ledger}
        posting = self._books.in_open_period(
            lambda on: rules_cash.payment(self._books.master, named, item, applied, on),
            ledger,
            day_of(document, "value_date"),
        )
        taken = self._books.take(posting, origin=f"account.invoice,{held.id}" if held else "", journal=journal)
        if held:
            self._settle(held, taken.record)
        return taken

    def receive_transfer(self, document: Document) -> Taken:
        """Post a bank line and apply it by its reference; the journal of cash is what billing is told of."""
        return self.apply_payment(document, journal=_BANK_LINES)

    def receipts(self, after: int) -> list[tuple[int, dict[str, JSON]]]:
        """Return the bank lines booked after a number (the id of a move), read back from their moves."""
        found = []
        for name in self._books.directory.names:
            company = self._books.company(name)
            domain = [["id", ">", after], ["journal.code", "=", _BANK_LINES], ["company", "=", company.id]]
            rows = self._books.rest(
                "account.move", [*domain, ["state", "=", "posted"]], _RECEIPT_FIELDS, **company.context
            )
            found += [(int(row["id"]), self._receipt(row, company)) for row in rows]
        return sorted(found, key=lambda one: one[0])

    def _receipt(self, row: Mapping[str, Any], company: Company) -> dict[str, JSON]:
        bank = next(one for one in row["lines"] if one["account"]["code"] == rules_cash.BANK)
        party = next(one["party"]["code"] for one in row["lines"] if one["party"])
        currency = bank["second_currency"]["code"] if bank["second_currency"] else company.currency
        amount = bank["amount_second_currency"] if bank["second_currency"] else bank["debit"] - bank["credit"]
        _, _, number = str(row["origin"] or "").partition(",")
        named = self._books.tryton.find("account.invoice", [["id", "=", int(number or 0)]], ["reference"])
        return {
            "id": row["description"].split("/")[2],
            "invoice_id": named[0]["reference"] if named else "",
            "customer_id": party.rsplit("/", 1)[0],
            "legal_entity": company.name,
            "currency": currency,
            "amount": minor(amount, self._books.directory.digits[currency]),
            "method": "bank_transfer",
            "value_date": str(row["date"]),
        }

    def post_payout(self, document: Document) -> Taken:
        """Post a PSP payout that arrived in the bank."""
        return self._take(
            lambda on: rules_cash.payout(self._books.master, document, on),
            text(document, "legal_entity"),
            day_of(document, "arrival_date"),
        )

    def post_refund(self, document: Document, ledger: str = "") -> Taken:
        """Post a refund that succeeded; refuses one without credit behind it.

        Raises:
            RefusedError: `refund-exceeds`: the customer is not owed that much.
        """
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_amount(document)
        company = self._books.company(ledger)
        day = self._day(ledger, text(document, "succeeded_at"))
        key = rules_sales.key_of(document, "refund", "refund", ledger)
        tryton = self._books.tryton
        known = tryton.find("account.move", [["description", "=", str(key)], ["company", "=", company.id]], ["id"])
        if not known:
            party = self._books.party(text(document, "customer_id"), company)
            domain = [["account", "=", company.account(rules_sales.CREDIT)], ["party", "=", party]]
            found = tryton.find("account.move.line", domain, ["debit", "credit"], **company.context)
            owed = -sum(minor(row["debit"] - row["credit"], company.digits) for row in found)
            if owed < whole(document, "amount"):
                raise RefusedError(
                    "refund-exceeds", f"the customer is owed {owed}, not {whole(document, 'amount')}", "Credit first."
                )
        return self._take(lambda on: rules_cash.refund(self._books.master, document, ledger, on), ledger, day)

    def open_dispute(self, document: Document, ledger: str = "") -> Taken:
        """Post a chargeback; the invoice stays settled until the dispute is lost."""
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_amount(document)
        day = self._day(ledger, text(document, "opened_at"))
        _, held = self._named(document, ledger)
        origin = f"account.invoice,{held.id}" if held else ""
        return self._take(
            lambda on: rules_cash.dispute_opened(self._books.master, document, ledger, on), ledger, day, origin
        )

    def close_dispute(self, document: Document, ledger: str = "") -> Taken:
        """Post a dispute that was won or lost; lost, the customer owes again (Tryton's invoice stays `paid`)."""
        ledger = ledger or text(document, "legal_entity")
        day = self._day(ledger, text(document, "closed_at"))
        _, held = self._named(document, ledger)
        origin = f"account.invoice,{held.id}" if held else ""
        return self._take(
            lambda on: rules_cash.dispute_closed(self._books.master, document, ledger, on), ledger, day, origin
        )

    def expect_loss(self, document: Document, ledger: str = "") -> Taken:
        """Post an expected credit loss."""
        ledger = ledger or text(document, "legal_entity")
        _, held = self._named(document, ledger)
        return self._take(
            lambda on: rules_cash.expected_loss(self._books.master, document, ledger, on),
            ledger,
            day_of(document, "posting_date"),
            f"account.invoice,{held.id}" if held else "",
        )

    def write_off(self, document: Document, ledger: str = "") -> Taken:
        """Give up what is open of an invoice, approved by someone other than who asked.

        Raises:
            RefusedError: `approval-missing`, `invoice-unknown`.
        """
        ledger = ledger or text(document, "legal_entity")
        asked, approved = text(document, "requested_by"), text(document, "approved_by")
        if not approved or approved == asked:
            raise RefusedError("approval-missing", "a write-off needs an approver other than the requester")
        item, held = self._books.item(text(document, "invoice_id"), ledger)
        allowance = whole(document, "allowance")
        taken = self._take(
            lambda on: rules_cash.write_off(self._books.master, document, item, allowance, item.tax_code, on),
            ledger,
            day_of(document, "posting_date"),
            f"account.invoice,{held.id}",
        )
        self._settle(held, taken.record)
        return taken

    def dun(self, ledger: str, today: date) -> int:
        """Let Tryton raise the dunning level of what is overdue; what billing collects is blocked there."""
        company = self._books.company(ledger)
        tryton, context = self._books.tryton, {**company.context, "companies": [company.id]}
        session, _, _ = tryton.call("wizard.account.dunning.create.create", **context)
        values = {"start": {"date": today, "companies": [company.id]}}
        tryton.call("wizard.account.dunning.create.execute", session, values, "create_", **context)
        tryton.call("wizard.account.dunning.create.delete", session, **context)
        domain = [["state", "=", "draft"], ["company", "=", company.id], ["blocked", "=", False]]
        drafts = tryton.find("account.dunning", domain, ["line.move.origin"], **context)
        ours = [row["id"] for row in drafts if self._is_ours(row["line."]["move."]["origin"])]
        if others := [row["id"] for row in drafts if row["id"] not in ours]:
            tryton.write("account.dunning", others, {"blocked": True}, **context)
        if ours:
            self._process(ours, context)
        return len(ours)

    def _process(self, ids: list[int], context: dict[str, object]) -> None:
        tryton = self._books.tryton
        own = {**context, "active_model": "account.dunning", "active_id": ids[0], "active_ids": ids}
        session, _, _ = tryton.call("wizard.account.dunning.process.create", **own)
        tryton.call("wizard.account.dunning.process.execute", session, {"start": {}}, "process", **own)
        tryton.call("wizard.account.dunning.process.delete", session, **own)

    def _is_ours(self, origin: str | None) -> bool:
        model, _, number = (origin or "").partition(",")
        if model != "account.invoice":
            return False
        found = self._books.tryton.find(
            "account.invoice", [["id", "=", int(number)]], ["payment_term.name", "invoice_date"]
        )
        terms = self._books.master.terms(found[0]["payment_term."]["name"], found[0]["invoice_date"])
        return terms.collected_by == "erp"

    def _named(self, document: Document, ledger: str) -> tuple[OpenItem | None, Held | None]:
        self._books.company(ledger)
        invoice = text(document, "invoice_id")
        found = self._books.held(invoice, ledger) if invoice else []
        return (self._books.open_item(found[0]), found[0]) if found else (None, None)

    def _day(self, ledger: str, instant: str) -> date:
        """Return the day of an instant where the books are kept."""
        return datetime.fromisoformat(instant).astimezone(self._books.master.of(ledger).zone).date()

    def _settle(self, held: Held, record: int) -> None:
        lines = self._books.receivable_lines(record, held.company)
        self._books.documents.settle(held.id, lines, held.company)

    def _take(self, make: Callable[[date], Posting], ledger: str, day: date, origin: str = "") -> Taken:
        return self._books.take(self._books.in_open_period(make, ledger, day), origin=origin)
