"""Money: payments and their application, payouts, refunds, disputes, write-offs, dunning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from harness.model.money import share
from synthetic.sandboxes.ledger import contradictions, rules_cash, rules_sales
from synthetic.sandboxes.ledger.books import Books, Taken
from synthetic.sandboxes.ledger.rules_sales import Document, day_of, text, whole
from synthetic.sandboxes.ledger.values import Application, OpenItem, RefusedError

DUNNING_DAYS = (1, 14, 30)
"""Days overdue at which the first, second and third notice goes out."""


class Cash:
    """What customers pay, take back or never pay; every operation is one transaction and may be repeated."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def apply_payment(self, document: Document, ledger: str = "") -> Taken:
        """Post money received and apply it to the invoice it names, up to what is open; the rest is unapplied."""
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_company(self._books.master, document, ledger)
        contradictions.check_finished(document)
        invoice_id, amount = text(document, "invoice_id"), whole(document, "amount")
        day = day_of(document, "value_date")
        self._books.master.of(ledger)
        contradictions.check_amount(document)
        with self._books.storage.transaction("erp.apply-payment"):
            item = self._books.storage.open_item(invoice_id, ledger) if invoice_id else None
            if item is not None and item.currency != text(document, "currency"):
                raise RefusedError(
                    "currency-differs", f"payment in {text(document, 'currency')}, invoice in {item.currency}"
                )
            applied = min(amount, item.open) if item else 0
            named = {**self._books.addressed(document), "ledger": ledger}
            taken = self._books.take(
                self._books.in_open_period(
                    lambda on: rules_cash.payment(self._books.master, named, item, applied, on), ledger, day
                ),
                compare=False,
            )
            if not taken.is_replay:
                gain = -sum(line.functional for line in taken.posting.lines if line.amount == 0)
                found = Application(
                    text(document, "id"),
                    invoice_id,
                    ledger,
                    applied,
                    amount - applied,
                    day,
                    realised_fx=gain,
                    booked=share(item.booked, applied, item.total) if item and applied else 0,
                    id=text(document, "application_id"),
                    applied_at=self._books.stamp(),
                )
                self._books.storage.put(found)
                if item and applied:
                    self._books.telling.applied(found, item, document, self._books.stamp())
                if item:
                    self._books.storage.put(
                        replace(
                            item,
                            cash_applied=item.cash_applied + applied,
                            dunning_level=0 if item.open == applied else item.dunning_level,
                        )
                    )
        return taken

    def post_payout(self, document: Document, ledger: str = "") -> Taken:
        """Post a PSP payout that arrived in the bank."""
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_company(self._books.master, document, ledger)
        day = day_of(document, "arrival_date")
        return self._books.take_now(lambda on: rules_cash.payout(self._books.master, document, on, ledger), ledger, day)

    def post_refund(self, document: Document, ledger: str = "") -> Taken:
        """Post a refund that succeeded; refuses one without credit behind it.

        Raises:
            RefusedError: `refund-exceeds`: the customer is not owed that much.
        """
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_company(self._books.master, document, ledger)
        contradictions.check_finished(document)
        contradictions.check_amount(document)
        day = self._day(ledger, text(document, "succeeded_at"))
        with self._books.storage.transaction("erp.post-refund"):
            posting = rules_cash.refund(self._books.master, document, ledger, day)
            if self._books.storage.posting(posting.key) is None:
                credit = self._books.master.account(rules_sales.CREDIT, ledger, day)
                owed = -self._books.storage.credit_of(ledger, text(document, "customer_id"), credit)
                if owed < whole(document, "amount"):
                    raise RefusedError(
                        "refund-exceeds",
                        f"the customer is owed {owed}, not {whole(document, 'amount')}",
                        "Credit first.",
                    )
            return self._books.take_now(
                lambda on: rules_cash.refund(self._books.master, document, ledger, on), ledger, day
            )

    def open_dispute(self, document: Document, ledger: str = "") -> Taken:
        """Post a chargeback; the invoice stays settled until the dispute is lost."""
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_company(self._books.master, document, ledger)
        contradictions.check_amount(document)
        day = self._day(ledger, text(document, "opened_at"))
        return self._books.take_now(
            lambda on: rules_cash.dispute_opened(self._books.master, document, ledger, on), ledger, day
        )

    def close_dispute(self, document: Document, ledger: str = "") -> Taken:
        """Post a dispute that was won or lost; lost, the receivable is reinstated."""
        ledger = ledger or text(document, "legal_entity")
        contradictions.check_company(self._books.master, document, ledger)
        day = self._day(ledger, text(document, "closed_at"))
        with self._books.storage.transaction("erp.close-dispute"):
            taken = self._books.take_now(
                lambda on: rules_cash.dispute_closed(self._books.master, document, ledger, on), ledger, day
            )
            item = self._books.storage.open_item(text(document, "invoice_id"), ledger)
            if item and not taken.is_replay and text(document, "status") == "lost":
                self._books.storage.put(replace(item, reinstated=item.reinstated + whole(document, "amount")))
        return taken

    def expect_loss(self, document: Document, ledger: str = "") -> Taken:
        """Post an expected credit loss."""
        ledger = ledger or text(document, "legal_entity")
        day = day_of(document, "posting_date")
        return self._books.take_now(
            lambda on: rules_cash.expected_loss(self._books.master, document, ledger, on), ledger, day
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
        day = day_of(document, "posting_date")
        with self._books.storage.transaction("erp.write-off"):
            item = self._books.item(text(document, "invoice_id"), ledger)
            allowance = whole(document, "allowance")
            taken = self._books.take_now(
                lambda on: rules_cash.write_off(self._books.master, document, item, allowance, item.tax_code, on),
                ledger,
                day,
            )
            if not taken.is_replay:
                self._books.telling.written_off(item, approved, taken.posting, self._books.stamp())
                self._books.storage.put(replace(item, written_off=item.written_off + item.open))
                self._books.storage.record(
                    self._books.stamp(), f"write-off {item.invoice_id}", approved, text(document, "reason")
                )
        return taken

    def _day(self, ledger: str, instant: str) -> date:
        """Return the day of an instant where the books are kept: a period ends at midnight there, not in UTC."""
        return datetime.fromisoformat(instant).astimezone(self._books.master.of(ledger).zone).date()

    def assign_collection(self, invoice: str, terms: str, ledger: str) -> OpenItem:
        """Give an open item other terms, and with them its one collector; where that is not we, our letters end.

        Raises:
            RefusedError: `invoice-unknown`, `terms-unmapped`.
        """
        with self._books.storage.transaction("erp.dun"):
            item = self._books.item(invoice, ledger)
            found = self._books.master.terms(terms, item.document_date)
            moved = replace(
                item,
                terms=found.name,
                due_date=found.due(item.document_date),
                collected_by=found.collected_by,
                dunning_level=item.dunning_level if found.collected_by == item.collected_by else 0,
            )
            self._books.storage.put(moved)
        return moved

    def dun(self, ledger: str, today: date) -> list[OpenItem]:
        """Raise the dunning level by one for each item overdue at the next step; only items this system collects.

        Raises:
            RefusedError: `not-book-of-record`: a ledger that runs beside the one that counts chases nobody.
        """
        record = self._books.master.book_of_record(self._books.master.of(ledger).legal_entity, today)
        if ledger != record:
            raise RefusedError(
                "not-book-of-record", f"{ledger} is a shadow on {today}, {record} counts", f"Dun in {record}."
            )
        raised: list[OpenItem] = []
        with self._books.storage.transaction("erp.dun"):
            for item in self._books.storage.open_items(ledger):
                overdue = (today - item.due_date).days
                reached = sum(1 for step in DUNNING_DAYS if overdue >= step)
                is_ours = item.collected_by == "erp" and item.open > 0 and item.promised_on <= str(today)
                if is_ours and reached > item.dunning_level:
                    level = item.dunning_level + 1
                    raised.append(replace(item, dunning_level=level, last_dunned_at=self._books.stamp()))
                    self._books.storage.put(raised[-1])
                    self._books.telling.dunned(raised[-1], self._books.stamp())
        return raised

    def set_dunning(self, invoice_id: str, ledger: str, level: int) -> OpenItem:
        """Raise the dunning level of an item by one, or take it back to 0 once nothing is open.

        Raises:
            RefusedError: `invoice-unknown`, `collected-elsewhere`, `dunning-level`.
        """
        with self._books.storage.transaction("erp.set-dunning"):
            item = self._books.item(invoice_id, ledger)
            if item.collected_by != "erp":
                raise RefusedError("collected-elsewhere", f"{item.terms} invoices are collected by {item.collected_by}")
            wanted = item.dunning_level + 1 if item.open else 0
            if level != wanted:
                raise RefusedError("dunning-level", f"from {item.dunning_level} it goes to {wanted}, not to {level}")
            raised = replace(item, dunning_level=level, last_dunned_at=self._books.stamp())
            self._books.storage.put(raised)
            self._books.telling.dunned(raised, self._books.stamp())
        return raised

    def promise(self, invoice_id: str, ledger: str, day: date) -> OpenItem:
        """Note the day on which a customer promised to pay: until then nobody duns."""
        with self._books.storage.transaction("erp.promise"):
            item = replace(self._books.item(invoice_id, ledger), promised_on=str(day))
            self._books.storage.put(item)
        return item
