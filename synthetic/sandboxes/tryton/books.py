"""What the port does its work with: the rules of the ledger on one side, a Tryton on the other.

Nothing is remembered here: open items, schedules and periods are read from Tryton each time, so that what a probe
sees is what Tryton holds, also after somebody changed it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rules_sales import RECEIVABLE
from synthetic.sandboxes.ledger.values import Line, OpenItem, Posting, RefusedError, period_of
from synthetic.sandboxes.tryton.codes import OneChart, in_cloud_codes, legacy_codes
from synthetic.sandboxes.tryton.rows import (
    CREDIT_FIELDS,
    INVOICE_FIELDS,
    LINE_FIELDS,
    document_amount,
    facts_text,
    functional_of,
    kind_of,
    read_facts,
)
from synthetic.systems.tryton import Tryton, TrytonRefusalError
from synthetic.systems.tryton.directory import Company, Directory
from synthetic.systems.tryton.documents import Documents, MoveLine, minor

_CLOSED = (
    "closed or locked",
    "closed period",
    "No open period",
    "period is closed",
    "not valid according to its domain",
)
REVERSAL = "reversal-by-"
"""How the kind of a posting begins that undoes a move; who did it follows."""
_STATES = {"open": "open", "closed": "locked", "locked": "locked"}
"""What Tryton calls closed takes nothing at all, as what the port calls locked; it has nothing softer."""


class Recognition(StrEnum):
    """Who turns deferred into earned revenue."""

    DAILY = "daily"
    """The adapter posts a move per schedule by the cumulative rule; no residue is left."""
    NATIVE = "native"
    """Tryton's `account_invoice_defer` posts every month of the schedule at once, rounding each by itself."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A posting that Tryton has: its move or invoice, and whether it was there before."""

    posting: Posting
    record: int
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """One invoice as Tryton holds it, with every receivable line that concerns it.

    Attributes:
        row: The invoice, read over REST.
        lines: Lines on 1100 of its move and of every move that names it: payments, write-offs, disputes.
        credits: Lines of credit notes that name one of its lines.
    """

    id: int
    company: Company
    row: Mapping[str, Any]
    facts: Mapping[str, str]
    lines: tuple[Mapping[str, Any], ...]
    credits: tuple[Mapping[str, Any], ...]


class Books:
    """Reads open items and periods, and writes postings as moves.

    Args:
        tryton: A session.
        master: Master data and mappings of the landscape.
        now: The clock, aware UTC.
        recognition: Who recognises revenue.
    """

    def __init__(
        self, tryton: Tryton, master: Master, now: Callable[[], datetime], recognition: Recognition = Recognition.DAILY
    ) -> None:
        """Keep them; nothing is asked yet, so that an environment opens where Tryton is down."""
        self.tryton = tryton
        self.master = OneChart(master)
        self._legacy = {name: legacy_codes(master, name) for name, books in master.books.items() if books.is_second}
        self.recognition = recognition
        self._now = now

    @cached_property
    def directory(self) -> Directory:
        """The records everything else is found by, read once."""
        renamed = {name: {own: cloud for cloud, own in codes.items()} for name, codes in self._legacy.items()}
        return Directory(self.tryton, renamed)

    @cached_property
    def documents(self) -> Documents:
        """What writes invoices and moves."""
        return Documents(self.tryton, self.directory)

    def rest(self, model: str, domain: Sequence[Any], fields: Sequence[str], **context: Any) -> list[dict[str, Any]]:
        """Read records of one or of any company over REST; accounts have the codes of the cloud chart."""
        rows = self.tryton.rest(model, domain, fields, **context)
        if not self._legacy:
            return rows
        return [self._renamed(row, context.get("company") or (row.get("company") or {}).get("id")) for row in rows]

    def _renamed(self, row: dict[str, Any], company: int | None) -> dict[str, Any]:
        cloud_of = self.directory.renamed.get(company or 0, {})
        found: dict[str, Any] = in_cloud_codes(row, cloud_of) if cloud_of else row
        return found

    def cloud_code(self, code: str, company: Company) -> str:
        """Return the cloud code of an account of a company."""
        return self.directory.renamed.get(company.id, {}).get(code, code)

    def shown(self, codes: Iterable[str], company: Company) -> str:
        """Return accounts as the company itself calls them, sorted and by comma."""
        own = self._legacy.get(company.name, {})
        return ",".join(sorted({own.get(code, code) for code in codes}))

    def today(self, ledger: str) -> date:
        """Return the day it is where a company is."""
        return self._now().astimezone(self.master.of(ledger).zone).date()

    def company(self, ledger: str) -> Company:
        """Return the company of a ledger.

        Raises:
            RefusedError: `entity-unknown`: this Tryton has no such company (it keeps those it was set up with).
        """
        self.master.of(ledger)
        if ledger not in self.directory.names:
            raise RefusedError("entity-unknown", f"this Tryton keeps no ledger {ledger}")
        return self.directory.company(ledger)

    def company_by_id(self, identifier: int) -> Company:
        """Return a company by Tryton's id."""
        names = self.directory.names
        return next(one for name in names if (one := self.directory.company(name)).id == identifier)

    def stamp(self) -> str:
        """Return the time it is in the books, as UTC: Tryton itself knows that of its server only."""
        return f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def period(self, ledger: str, period: str) -> Mapping[str, Any]:
        """Return a month (YYYY-MM) of a company: id, state, when it changed.

        Raises:
            RefusedError: `period-closed`: no fiscal year has such a month.
        """
        company = self.company(ledger)
        domain = [["company", "=", company.id], ["start_date", "=", date.fromisoformat(f"{period}-01")]]
        fields = ["state", "write_date", "create_date"]
        found = self.tryton.find("account.period", domain, fields, **company.context)
        if not found:
            raise RefusedError("period-closed", f"no fiscal year of {ledger} has {period}", "Open a fiscal year.")
        return found[0]

    def period_state(self, ledger: str, period: str) -> str:
        """Return `open` or `locked`."""
        return _STATES[self.period(ledger, period)["state"]]

    def in_open_period(self, make: Callable[[date], Posting], ledger: str, day: date) -> Posting:
        """Post on `day`, or if its period is closed today: late, with document date and tax period kept."""
        on = self.open_day(ledger, day)
        if on == day:
            return make(day)
        return replace(make(on), late=True, document_date=day, tax_period=make(day).tax_period)

    def open_day(self, ledger: str, day: date) -> date:
        """Return `day`, or if its period is closed today.

        Raises:
            RefusedError: `period-closed`: neither is open.
        """
        today = self.today(ledger)
        for one in (day, today):
            if self.period_state(ledger, period_of(one)) == "open":
                return one
        raise RefusedError("period-closed", f"no open period for {ledger} on {today}", "Ask the controller.")

    def take(self, posting: Posting, *, origin: str = "", part: str = "", journal: str = "MISC") -> Taken:
        """Write a posting as a move, once by its key; `part` tells the moves of one posting apart."""
        company = self.company(posting.key.ledger)
        if over := sum(line.functional for line in posting.lines):
            raise RefusedError("unbalanced", f"{posting.key}: functional debits and credits differ by {over}")
        lines = [self._move_line(line, posting, company) for line in posting.lines]
        key = f"{posting.key}{part}"
        record, known = self.documents.post_move(
            key, posting.posting_date, lines, company, origin=origin, journal=journal
        )
        return Taken(replace(posting, journal_number=f"{company.name}/{record}"), record, known)

    def party(self, customer: str, company: Company) -> int:
        """Return the party of a customer in a company; one that was never registered is created by its id."""
        values = {"name": customer, "addresses": [["create", [{}]]]}
        return self.documents.party(f"{customer}/{company.name}", values, company)

    def held(self, invoice: str, ledger: str = "") -> list[Held]:
        """Return the invoices with a key that are not cancelled, in one company or in any."""
        names = [ledger] if ledger else list(self.directory.names)
        ids = [self.directory.company(name).id for name in names if name in self.directory.names]
        domain = [["reference", "=", invoice], ["company", "in", ids], ["state", "not in", ["cancelled", "draft"]]]
        rows = self.rest("account.invoice", domain, INVOICE_FIELDS)
        return [self._held(row) for row in rows]

    def open_item(self, held: Held) -> OpenItem:
        """Return what is owed on an invoice, counted from its lines."""
        row, company = held.row, held.company
        currency = row["currency"]["code"]
        digits = row["currency"]["digits"]
        sums = {"payment": 0, "write-off": 0, "dispute-lost": 0, "credit-excess": 0, "own": 0}
        for line in held.lines:
            kind = kind_of(line["move"]["description"])
            if kind in sums:
                sums[kind] += document_amount(line, digits)
        credits_tax = {one["invoice"]["id"]: one["invoice"] for one in held.credits}
        credited_total = -sum(minor(one["total_amount"], digits) for one in credits_tax.values())
        on_receivable = -sum(
            minor(one["total_amount"], digits) for one in credits_tax.values() if one["account"]["code"] == RECEIVABLE
        )
        own = [line for line in held.lines if line["move"]["id"] == row["move"]["id"]]
        terms = self.master.terms(row["payment_term"]["name"], date.fromisoformat(held.facts["document_date"]))
        item = OpenItem(
            invoice_id=row["reference"],
            ledger=company.name,
            legal_entity=self.master.of(company.name).legal_entity,
            party=row["party"]["code"].rsplit("/", 1)[0],
            currency=currency,
            total=minor(row["total_amount"], digits),
            booked=sum(functional_of(line, company) for line in own),
            document_date=date.fromisoformat(held.facts["document_date"]),
            due_date=own[0]["maturity_date"],
            terms=terms.name,
            collected_by=terms.collected_by,
            tax_code=next((tax["tax"]["name"] for tax in row["taxes"] if tax["amount"]), ""),
            number=row["description"] or "",
            credited=credited_total,
            credits_applied=on_receivable - sums["credit-excess"],
            cash_applied=-sums["payment"],
            written_off=-sums["write-off"],
            reinstated=sums["dispute-lost"],
        )
        return replace(item, dunning_level=self._dunning_level(own) if item.open else 0)

    def item(self, invoice: str, ledger: str) -> tuple[OpenItem, Held]:
        """Return the open item of a document that must be in the books.

        Raises:
            RefusedError: `invoice-unknown`.
        """
        self.company(ledger)
        found = self.held(invoice, ledger)
        if not found:
            raise RefusedError(
                "invoice-unknown", f"invoice {invoice} is not in {ledger}", "Post the invoice first, then retry."
            )
        return self.open_item(found[0]), found[0]

    def receivable_lines(self, record: int, company: Company, account: str = RECEIVABLE) -> list[int]:
        """Return the lines of a move on an account."""
        domain = [["move", "=", record], ["account", "=", company.account(account)]]
        return [row["id"] for row in self.tryton.find("account.move.line", domain, ["id"], **company.context)]

    def _held(self, row: Mapping[str, Any]) -> Held:
        company = self.company_by_id(row["company"]["id"])
        lines = self.rest(
            "account.move.line",
            [
                ["account", "=", company.account(RECEIVABLE)],
                ["move.origin.id", "=", row["id"], "account.invoice"],
            ],
            LINE_FIELDS,
            **company.context,
        )
        credits_of = self.rest(
            "account.invoice.line",
            [
                ["origin.invoice.id", "=", row["id"], "account.invoice.line"],
                ["invoice.state", "in", ["posted", "paid"]],
            ],
            CREDIT_FIELDS,
            **company.context,
        )
        return Held(row["id"], company, row, read_facts(row["comment"]), tuple(lines), tuple(credits_of))

    def _dunning_level(self, lines: list[Mapping[str, Any]]) -> int:
        domain = [["line", "in", [line["id"] for line in lines]], ["state", "in", ["waiting", "final"]]]
        found = self.tryton.find("account.dunning", domain, ["level.sequence"])
        return max((row["level."]["sequence"] for row in found), default=0)

    def _move_line(self, line: Line, posting: Posting, company: Company) -> MoveLine:
        needs_party = line.account in _WITH_PARTY
        if needs_party and not line.dimension:
            raise RefusedError("party-missing", f"{posting.key}: a line on {line.account} names no customer")
        second = None
        if posting.currency != company.currency and line.amount:
            digits = self.directory.digits[posting.currency]
            second = (posting.currency, line.amount, digits)
        return MoveLine(
            account=line.account,
            amount=line.functional,
            party=self.party(line.dimension, company) if needs_party else None,
            second=second,
            tax=(line.tax_code, line.functional) if line.tax_code else None,
            text=self._said(posting),
        )

    def _said(self, posting: Posting) -> str:
        """Return what a move says of itself on each of its lines: it has no field for it."""
        facts = {"posted_at": self.stamp(), "synthetic": str(posting.synthetic).lower()}
        facts |= {"contract": posting.contract_id} if posting.contract_id else {}
        return facts_text(**facts).replace("\n", "; ")


def refused(error: TrytonRefusalError) -> RefusedError:
    """Return what Tryton refused in the words of the port."""
    if any(sign in error.message for sign in _CLOSED) and "eriod" in error.message:
        return RefusedError("period-closed", error.message)
    if error.kind == "tax-differs":
        return RefusedError("tax-differs", error.message)
    return RefusedError("refused", error.message)


_WITH_PARTY = {"1100", "1150", "2100"}
