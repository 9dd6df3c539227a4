"""Deferred revenue in Tryton: the records of `account_invoice_defer`, and who turns them into revenue.

Two ways (`Recognition`). `daily`: the invoice line waits on 2400 itself, the deferral record keeps period and amount,
and the adapter posts what is earned by calendar days with the record as origin. `native`: the line is revenue, the
record is run, and Tryton defers and recognises by its own rules: whole months dated on their first day, each rounded
by itself, what is left over put into the last month. For customer invoices version 8.2.0 puts it there with the wrong
sign, so twice the residue stays in 2400 for ever; `Schedule.residue` says how much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from harness.model.money import cumulative
from synthetic.sandboxes.ledger import rules_close, rules_sales
from synthetic.sandboxes.ledger.rules_sales import DEFERRED, Document
from synthetic.sandboxes.ledger.values import Deferral, Line, Posting, PostingKey
from synthetic.sandboxes.tryton.books import Books, Held, Recognition, Taken
from synthetic.sandboxes.tryton.rows import kind_of
from synthetic.systems.tryton.directory import Company
from synthetic.systems.tryton.documents import minor

_DEFERRED = "account.invoice.deferred"
_FIELDS = (
    "amount",
    "start_date",
    "end_date",
    "state",
    "company.id",
    "invoice_line.id",
    "invoice_line.note",
    "invoice_line.description",
    "invoice_line.amount",
    "invoice_line.product.code",
    "invoice_line.invoice.id",
    "invoice_line.invoice.reference",
    "moves.date",
    "moves.description",
    "moves.period.end_date",
    "moves.lines.account.code",
    "moves.lines.debit",
    "moves.lines.credit",
)
_CREDITED = ("amount", "origin")


@dataclass(frozen=True, slots=True)
class Schedule:
    """One deferral record of Tryton.

    Attributes:
        last_month: Last day of the newest month that was recognised natively, None if none was.
    """

    record: int
    line: int
    deferral: Deferral
    last_month: date | None = None

    @property
    def residue(self) -> int:
        """What stays in deferred revenue although the service period is over and recognised: rounding, 0 if sound."""
        is_over = self.last_month is not None and self.last_month >= self.deferral.end - timedelta(days=1)
        return self.deferral.remaining if is_over else 0


class Schedules:
    """Reads and recognises the schedules of a company."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def of_invoice(self, held: Held, through: date | None = None) -> list[Schedule]:
        """Return the schedules of an invoice, as recognised by the end of a day (natively months lie ahead)."""
        domain = [["invoice_line.invoice", "=", held.id]]
        return list(self._read(domain, held.company, through))

    def all(self, company: Company, through: date, parties: list[str] | None = None) -> list[Schedule]:
        """Return the schedules of a company, or of some parties of it, as recognised by the end of a day."""
        own = [] if parties is None else [["invoice_line.invoice.party.code", "in", parties]]
        return list(self._read([["company", "=", company.id], *own], company, through))

    def run(self, invoice: int, company: Company) -> None:
        """Let Tryton defer the lines of an invoice and recognise every month of it."""
        found = self._books.tryton.find(
            _DEFERRED, [["invoice_line.invoice", "=", invoice], ["state", "=", "draft"]], ["id"], **company.context
        )
        if found:
            self._books.tryton.accepting(f"model.{_DEFERRED}.run", [row["id"] for row in found], **company.context)

    def drop(self, held: Held) -> None:
        """Delete the schedules of a cancelled invoice; Tryton keeps those it has run."""
        context = held.company.context
        domain = [["invoice_line.invoice", "=", held.id], ["state", "=", "draft"]]
        found = self._books.tryton.find(_DEFERRED, domain, ["id"], **context)
        if found:
            self._books.tryton.call(f"model.{_DEFERRED}.delete", [row["id"] for row in found], **context)

    def recognise(self, ledger: str, through: date) -> int:
        """Recognise what is earned by the end of a day; return for how many invoices something was posted."""
        company = self._books.company(ledger)
        if self._books.recognition is Recognition.NATIVE:
            return self._recognise_natively(company)
        domain = [["company", "=", company.id], ["state", "=", "draft"], ["start_date", "<=", through]]
        posted = set()
        for one in self._read(domain, company, None):
            if amount := rules_close.due(one.deferral, through):
                posting = rules_close.recognition(self._books.master, ((one.deferral, amount),), ledger, through)
                taken = self._books.take(posting, origin=f"{_DEFERRED},{one.record}", part=f"/{one.line}")
                if not taken.is_replay:
                    posted.add(one.deferral.invoice_id)
        return len(posted)

    def forfeit(self, document: Document, held: Held, day: date) -> Taken:
        """Post what is unearned of every schedule as termination revenue."""
        taken: Taken | None = None
        for one in self.of_invoice(held):
            deferral = one.deferral
            earned = rules_sales.earned(deferral.total, deferral.start, deferral.end, day)
            unearned = deferral.total - deferral.shortened - max(earned, deferral.recognised)
            posting = rules_sales.forfeited(self._books.master, document, held.company.name, day, unearned)
            if unearned:
                taken = self._books.take(posting, origin=f"{_DEFERRED},{one.record}", part=f"/{one.line}")
        if taken is None:
            key = rules_sales.key_of(document, "subscription", "termination", held.company.name)
            return Taken(_nothing(key, day, held.company), 0, is_replay=True)
        return taken

    def shares(self, held: Held, source_line: str, amount: int) -> list[tuple[Mapping[str, Any], int]]:
        """Split an amount over the lines that one line of the document became, by their amounts."""
        parts = self._books.rest(
            "account.invoice.line",
            [["invoice", "=", held.id], ["note", "=", source_line]],
            ("description", "amount", "product.code"),
            **held.company.context,
        )
        digits = held.row["currency"]["digits"]
        weights = [minor(part["amount"], digits) for part in parts]
        split = cumulative(amount, weights) if len(parts) > 1 else (amount,)
        return [(part, share) for part, share in zip(parts, split, strict=True) if share]

    def _recognise_natively(self, company: Company) -> int:
        """Run what is still a draft, and let Tryton make the months of fiscal years opened since."""
        domain = [["company", "=", company.id], ["state", "=", "draft"]]
        found = self._books.tryton.find(_DEFERRED, domain, ["id"], **company.context)
        if found:
            self._books.tryton.accepting(f"model.{_DEFERRED}.run", [row["id"] for row in found], **company.context)
        session, start, _ = self._books.tryton.call(
            "wizard.account.invoice.deferred.create_moves.create", **company.context
        )
        wizard = "wizard.account.invoice.deferred.create_moves"
        self._books.tryton.call(f"{wizard}.execute", session, {}, start, **company.context)
        self._books.tryton.call("wizard.account.invoice.deferred.create_moves.delete", session, **company.context)
        return len(found)

    def _read(self, domain: list[Any], company: Company, through: date | None) -> Iterator[Schedule]:
        rows = self._books.rest(_DEFERRED, domain, _FIELDS, **company.context)
        ids = [row["invoice_line"]["id"] for row in rows]
        credited = self._books.rest(
            "account.invoice.line",
            [
                ["origin", "in", [f"account.invoice.line,{one}" for one in ids]],
                ["account", "=", company.account(DEFERRED)],
                ["invoice.state", "in", ["posted", "paid"]],
            ],
            _CREDITED,
            **company.context,
        )
        lines_of: dict[tuple[int, str], int] = {}
        for row in rows:
            source = (row["invoice_line"]["invoice"]["id"], row["invoice_line"]["note"])
            lines_of[source] = lines_of.get(source, 0) + 1
        for row in sorted(rows, key=lambda one: int(one["invoice_line"]["id"])):
            source = (row["invoice_line"]["invoice"]["id"], row["invoice_line"]["note"])
            taken = sum(
                -minor(one["amount"], company.digits)
                for one in credited
                if one["origin"] == f"account.invoice.line,{row['invoice_line']['id']}"
            )
            yield self._schedule(row, company, taken, through, is_bundle=lines_of[source] > 1)

    def _schedule(
        self, row: Mapping[str, Any], company: Company, credited: int, through: date | None, *, is_bundle: bool
    ) -> Schedule:
        line = row["invoice_line"]
        is_native = row["state"] != "draft"
        recognised = shortened = 0
        months = []
        for move in row["moves"]:
            amount = _on_deferred(move, company)
            if is_native and amount * minor(row["amount"], company.digits) < 0:
                continue  # the move that deferred the whole amount
            if kind_of(move["description"]) == "termination":
                shortened += amount
            elif not is_native or through is None or move["date"] <= through:
                recognised += amount
                months.append(move["period"]["end_date"])
        _, revenue = self._books.master.revenue_accounts(
            (line["description"] or "SUB-RATABLE").split()[-1], company.name, row["start_date"]
        )
        deferral = Deferral(
            invoice_id=line["invoice"]["reference"],
            source_line=line["note"],
            ledger=company.name,
            item=line["product"]["code"] if is_bundle else "",
            deferred_account=DEFERRED,
            revenue_account=revenue,
            total=minor(row["amount"], company.digits),
            start=row["start_date"],
            end=row["end_date"] + timedelta(days=1),
            method="months" if is_native or self._books.master.of(company.name).is_second else "daily",
            shortened=shortened + credited,
            recognised=recognised,
        )
        return Schedule(row["id"], line["id"], deferral, max(months, default=None) if is_native else None)


def _on_deferred(move: Mapping[str, Any], company: Company) -> int:
    return sum(
        minor(one["debit"] - one["credit"], company.digits)
        for one in move["lines"]
        if one["account"]["code"] == DEFERRED
    )


def _nothing(key: PostingKey, day: date, company: Company) -> Posting:
    lines: tuple[Line, ...] = ()
    return replace(
        Posting(key, 1, company.name, "nothing is unearned", day, f"{day:%Y-%m}", day, company.currency, lines),
        journal_number="",
    )
