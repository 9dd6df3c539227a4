"""Documents of customers in Tryton: invoices, credit notes, terminations, usage not billed yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from harness.catalog.currencies import CURRENCIES
from synthetic.sandboxes.ledger import rules_sales
from synthetic.sandboxes.ledger.rules_sales import Document, day_of, rows, text, whole
from synthetic.sandboxes.ledger.values import Line, Posting, PostingKey, RefusedError
from synthetic.sandboxes.tryton.books import Books, Held, Recognition, Taken
from synthetic.sandboxes.tryton.parties import give_back
from synthetic.sandboxes.tryton.rows import document_amount, facts_text, is_of, read_facts
from synthetic.sandboxes.tryton.schedules import Schedules
from synthetic.sandboxes.tryton.treasury import keep_rate
from synthetic.systems.tryton.documents import Invoice, InvoiceLine, minor, money


class Sales:
    """What customers are billed and are credited; every operation may be repeated."""

    def __init__(self, books: Books, schedules: Schedules) -> None:
        """Work on these books."""
        self._books = books
        self._schedules = schedules

    def post_invoice(self, document: Document, ledger: str = "", *, accrued: bool | None = None) -> Taken:
        """Post a finalised invoice; Tryton numbers it, computes its taxes and keeps its schedules.

        Raises:
            RefusedError: `key-reused`, `stale-version`, `period-closed`, and what the mappings or Tryton refuse.
        """
        ledger = ledger or text(document, "legal_entity")
        company = self._books.company(ledger)
        day = day_of(document, "document_date")
        waits = self._is_accrued(document, ledger) if accrued is None else accrued
        known = self._books.held(text(document, "id"), ledger)
        if known:
            posting = self._posting(document, ledger, day, accrued=waits)
            _check_same(posting, known[0], whole(document, "total"))
            return Taken(posting, known[0].id, is_replay=True)
        posting = self._books.in_open_period(lambda on: self._posting(document, ledger, on, accrued=waits), ledger, day)
        keep_rate(self._books, posting)
        invoice = self._invoice(document, posting)
        record, replayed = self._books.documents.post_invoice(invoice, company)
        if self._books.recognition is Recognition.NATIVE and not replayed:
            self._schedules.run(record, company)
        return Taken(posting, record, replayed)

    def void_invoice(self, invoice: str, ledger: str) -> Taken:
        """Cancel an invoice that was voided: Tryton reverses its move and reconciles both."""
        item, held = self._books.item(invoice, ledger)
        if held.lines and item.open != item.total:
            raise RefusedError("void-paid", f"{invoice} is partly settled: credit it instead")
        give_back(self._books, held, self._books.today(ledger))
        self._books.tryton.accepting("model.account.invoice.cancel", [held.id], **held.company.context)
        self._schedules.drop(held)
        return Taken(_posting_of(held), held.id)

    def post_credit(self, document: Document, ledger: str = "") -> Taken:
        """Post a credit note: never more than the invoice had, the open amount first, the rest owed in 2100.

        Raises:
            RefusedError: `credit-exceeds`, `invoice-unknown`.
        """
        ledger = ledger or text(document, "legal_entity")
        company = self._books.company(ledger)
        invoice_id, total = text(document, "invoice_id"), whole(document, "total")
        item, held = self._books.item(invoice_id, ledger)
        before = [one for one in held.credits if one["invoice"]["reference"] == text(document, "id")]
        if not before and item.credited + total > item.total:
            raise RefusedError(
                "credit-exceeds", f"credits of {item.credited + total} on an invoice of {item.total}", "Credit less."
            )
        against = min(total, max(item.open, 0)) if not before else 0
        owed = item.open + (self._lowered(held, text(document, "id")) if before else 0)
        posting = self._books.in_open_period(
            lambda on: rules_sales.credit_note(self._books.master, document, ledger, on, open_amount=owed),
            ledger,
            day_of(document, "document_date"),
        )
        keep_rate(self._books, posting)
        note = self._credit_note(document, posting, held, on_credit=not against)
        record, replayed = self._books.documents.post_invoice(note, company)
        if against or before:
            self._apply_credit(document, posting, held)
        return Taken(posting, record, replayed)

    def forfeit(self, document: Document, ledger: str = "") -> Taken:
        """Close what is left of an invoice's schedules as termination revenue (not refundable)."""
        ledger = ledger or text(document, "legal_entity")
        _, held = self._books.item(text(document, "invoice_id"), ledger)
        return self._schedules.forfeit(document, held, day_of(document, "effective_date"))

    def accrue_usage(self, document: Document, ledger: str = "") -> Taken:
        """Post rated usage that is not billed yet, on the last day of its period."""
        ledger = ledger or text(document, "legal_entity")
        posting = self._books.in_open_period(
            lambda on: rules_sales.accrual(self._books.master, document, ledger, on),
            ledger,
            day_of(document, "posting_date"),
        )
        return self._books.take(posting)

    def _posting(self, document: Document, ledger: str, on: date, *, accrued: bool) -> Posting:
        return rules_sales.invoice(self._books.master, document, ledger, on, accrued=accrued)

    def _is_accrued(self, document: Document, ledger: str) -> bool:
        usage = sum(whole(line, "net") for line in rows(document, "lines") if text(line, "revenue_class") == "USAGE")
        if not usage:
            return False
        company = self._books.company(ledger)
        domain = [
            ["account", "=", company.account(rules_sales.UNBILLED)],
            ["party.code", "=", f"{text(document, 'customer_id')}/{ledger}"],
        ]
        found = self._books.tryton.find("account.move.line", domain, ["debit", "credit"], **company.context)
        waiting = sum(minor(row["debit"] - row["credit"], company.digits) for row in found)
        return 0 < usage <= waiting

    def _invoice(self, document: Document, posting: Posting) -> Invoice:
        """Return the document as Tryton takes it: a line per ERP item, on the account the rules chose."""
        digits = CURRENCIES[posting.currency]
        by_id = {text(line, "id"): line for line in rows(document, "lines")}
        lines = []
        for leg in posting.lines:
            if leg.account in {rules_sales.RECEIVABLE, rules_sales.TAX}:
                continue
            source = by_id.get(leg.source_line) or _usage_line(document)
            lines.append(self._line(leg, source, posting, digits))
        return Invoice(
            key=text(document, "id"),
            number=text(document, "number"),
            party=self._books.party(text(document, "customer_id"), self._books.company(posting.key.ledger)),
            account=rules_sales.RECEIVABLE,
            currency=posting.currency,
            terms=text(document, "payment_terms") or "CARD",
            document_date=posting.document_date,
            posting_date=posting.posting_date,
            lines=tuple(lines),
            tax=_billed_tax(document, digits),
            facts=_facts(posting, self._books.stamp()),
        )

    def _line(self, leg: Line, source: Document, posting: Posting, digits: int) -> InvoiceLine:
        sku, revenue_class = text(source, "sku"), text(source, "revenue_class")
        day = posting.document_date
        items = [item for item, _ in self._books.master.parts(sku, 0, day)]
        account = leg.account
        if leg.service and self._books.recognition is Recognition.NATIVE:
            _, account = self._books.master.revenue_accounts(revenue_class, posting.key.ledger, day)
        return InvoiceLine(
            account=account,
            amount=money(-leg.amount, digits),
            product=leg.dimension if leg.dimension in items else items[0],
            text=f"{sku} {revenue_class}",
            source=leg.source_line or text(source, "id"),
            tax_code=text(source, "tax_code"),
            defer=(leg.service[0], leg.service[1] - timedelta(days=1)) if leg.service else None,
        )

    def _credit_note(self, document: Document, posting: Posting, held: Held, *, on_credit: bool) -> Invoice:
        """Return a credit note: lines with negative amounts that name the lines they credit."""
        digits = CURRENCIES[posting.currency]
        lines = []
        for leg in posting.lines:
            if leg.account in {rules_sales.RECEIVABLE, rules_sales.CREDIT, rules_sales.TAX}:
                continue
            source = next(
                (one for one in rows(document, "lines") if text(one, "invoice_line_id") == leg.source_line), {}
            )
            for part, amount in self._schedules.shares(held, leg.source_line, leg.amount):
                description = part["description"] or ""
                lines.append(
                    InvoiceLine(
                        account=leg.account,
                        amount=money(-amount, digits),
                        product=part["product"]["code"],
                        text=description,
                        source=leg.source_line,
                        tax_code=text(source, "tax_code"),
                        origin=part["id"],
                    )
                )
        return Invoice(
            key=text(document, "id"),
            number=text(document, "number"),
            party=self._books.party(text(document, "customer_id"), held.company),
            account=rules_sales.CREDIT if on_credit else rules_sales.RECEIVABLE,
            currency=posting.currency,
            terms="CARD",
            document_date=posting.document_date,
            posting_date=posting.posting_date,
            lines=tuple(lines),
            tax=tuple((code, -amount) for code, amount in _billed_tax(document, digits)),
            facts=_facts(posting, self._books.stamp()),
        )

    def _lowered(self, held: Held, note: str) -> int:
        """Return by how much a credit note that is posted lowered what is owed, in minor units.

        Who sends it again, perhaps after others paid or gave up the rest, must find the same part in excess as
        who sent it first.
        """
        digits = held.row["currency"]["digits"]
        own = {
            one["invoice"]["id"]: -minor(one["invoice"]["total_amount"], digits)
            for one in held.credits
            if one["invoice"]["reference"] == note and one["invoice"]["account"]["code"] == rules_sales.RECEIVABLE
        }
        moved = [line for line in held.lines if is_of(line["move"]["description"], note, "credit-excess")]
        return sum(own.values()) - sum(document_amount(line, digits) for line in moved)

    def _apply_credit(self, document: Document, posting: Posting, held: Held) -> None:
        """Lower what is owed by a credit note on 1100, and move what exceeds it to 2100."""
        company = held.company
        note = self._books.held(text(document, "id"), company.name)[0]
        if note.row["account"]["code"] != rules_sales.RECEIVABLE:
            return
        excess = [line for line in posting.lines if line.account == rules_sales.CREDIT]
        move = note.row["move"]["id"]
        lines = self._books.receivable_lines(move, company)
        if excess:
            key = rules_sales.key_of(document, "credit", "credit-excess", company.name)
            owed = sum(line.amount for line in excess), sum(line.functional for line in excess)
            party = text(document, "customer_id")
            legs = (
                Line(rules_sales.RECEIVABLE, -owed[0], -owed[1], dimension=party),
                Line(rules_sales.CREDIT, *owed, dimension=party),
            )
            moved = self._books.take(replace(posting, key=key, lines=legs), origin=f"account.invoice,{held.id}")
            lines += self._books.receivable_lines(moved.record, company)
        self._books.documents.settle(held.id, lines, company)


def _usage_line(document: Document) -> Document:
    return next((line for line in rows(document, "lines") if text(line, "revenue_class") == "USAGE"), {})


def _billed_tax(document: Document, digits: int) -> tuple[tuple[str, Decimal], ...]:
    """Return the tax of a document by code, as it was billed; codes that owe nothing are left out."""
    found = rules_sales.tax_rows(document, rows(document, "lines"))
    return tuple((text(row, "tax_code"), money(whole(row, "tax"), digits)) for row in found if whole(row, "tax"))


def _facts(posting: Posting, posted_at: str) -> str:
    return facts_text(
        kind=posting.key.kind,
        source=posting.key.source_system,
        version=str(posting.source_version),
        contract=posting.contract_id,
        document_date=str(posting.document_date),
        tax_period=posting.tax_period,
        late=str(posting.late).lower(),
        synthetic=str(posting.synthetic).lower(),
        rate=posting.rate,
        posted_at=posted_at,
    )


def _check_same(posting: Posting, known: Held, total: int) -> None:
    facts = known.facts
    if posting.source_version < int(facts.get("version", "1")):
        raise RefusedError(
            "stale-version", f"version {posting.source_version} after version {facts['version']} was posted"
        )
    row = known.row
    same = (
        minor(row["total_amount"], row["currency"]["digits"]) == total
        and row["currency"]["code"] == posting.currency
        and facts.get("document_date") == str(posting.document_date)
    )
    if not same:
        raise RefusedError("key-reused", f"{posting.key} is in the books as {row['number']} with other content")


def _posting_of(held: Held) -> Posting:
    facts = read_facts(held.row["comment"])
    day = date.fromisoformat(facts["document_date"])
    key = PostingKey("billing", "invoice", held.row["reference"], "void", held.company.name)
    return Posting(
        key,
        int(facts["version"]),
        held.company.name,
        "void",
        day,
        facts["tax_period"],
        day,
        held.row["currency"]["code"],
        (),
    )
