"""Invoices and moves of one Tryton, each written once by a key that the database refuses to take twice.

The key of an invoice is its `reference`, of a move its `description`; both are unique per company by an index that
the sandbox puts into its database (`synthetic.sandboxes.tryton.template`). A Tryton of somebody else has no such
index: there a search before the write is all that guards, and two writers at the same time can still post twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from synthetic.systems.tryton.directory import Company, Directory
from synthetic.systems.tryton.wire import Tryton, TrytonRefusalError, warning_name

_INVOICE = "account.invoice"
_MOVE = "account.move"
_WARNINGS = ("invoice_date_future", "invoice_taxes", "invoice_payment_term")
MERGED_INTO = "merged_into"
"""Name of the mark on a party that was merged; Tryton's own field `replaced_by` is not for callers."""
ANY = ["active", "in", [True, False]]
"""Without this Tryton leaves out what is inactive, as merged parties are."""
# Tryton numbers by date: it refuses a document dated before one that has its number
_NUMBERED_AFTER = "you must set an invoice date after"


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One line of a move: functional minor units, debit positive.

    Attributes:
        second: Amount in another currency: its code, minor units, digits.
        tax: Code and amount of output tax.
        about: The line, by its id, that this one says something of.
        text: Facts that Tryton has no field for.
    """

    account: str
    amount: int
    party: int | None = None
    second: tuple[str, int, int] | None = None
    tax: tuple[str, int] | None = None
    about: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice or, with a negative amount, of a credit note; `defer` is its first and last day."""

    account: str
    amount: Decimal
    product: str
    text: str
    source: str
    tax_code: str
    defer: tuple[date, date] | None = None
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """A document for a customer, before Tryton has it.

    Attributes:
        key: Id of the document at its owner; unique in the company.
        number: Legal number, given by billing; Tryton gives its own beside it.
        facts: What Tryton has no field for, `name: value` a line.
        tax: Per tax code the amount that was billed; it is frozen, whatever Tryton computes.
    """

    key: str
    number: str
    party: int
    account: str
    currency: str
    terms: str
    document_date: date
    posting_date: date
    lines: tuple[InvoiceLine, ...]
    tax: tuple[tuple[str, Decimal], ...]
    facts: str


class Documents:
    """Writes documents; each method may be repeated until it succeeds, and changes nothing after that."""

    def __init__(self, tryton: Tryton, directory: Directory) -> None:
        """Write through this session."""
        self._tryton = tryton
        self._directory = directory

    def party(self, code: str, values: dict[str, Any], company: Company) -> int:
        """Return the party with a code, created if there is none (Tryton's own constraint keeps codes unique).

        Of one that was merged the party that is left is returned: what is addressed to the one is for the other.
        """
        if known := self._party(code, company):
            return known
        try:
            (created,) = self._tryton.create("party.party", {"code": code, **values}, **company.context)
        except TrytonRefusalError:
            # somebody else may have been quicker: then it is there now
            if known := self._party(code, company):
                return known
            raise
        return created

    def post_invoice(self, invoice: Invoice, company: Company) -> tuple[int, bool]:
        """Create and post an invoice; return its id and whether it was posted before.

        A draft that a crash left behind is posted now.

        Raises:
            TrytonRefusalError: `draft-differs` apart from what Tryton itself refuses.
        """
        domain = [["reference", "=", invoice.key], ["company", "=", company.id]]
        known = self._tryton.find(_INVOICE, domain, ["state"], **company.context)
        if known and known[0]["state"] not in {"draft", "validated"}:
            return known[0]["id"], True
        identifier = known[0]["id"] if known else self._created(invoice, company)
        if identifier is None:
            return self.post_invoice(invoice, company)
        self._freeze_tax(identifier, invoice, company)
        self._post_invoice(identifier, invoice, company)
        return identifier, False

    def post_move(
        self,
        key: str,
        day: date,
        lines: Sequence[MoveLine],
        company: Company,
        *,
        origin: str = "",
        journal: str = "MISC",
    ) -> tuple[int, bool]:
        """Create and post a move; return its id and whether it was there before."""
        domain = [["description", "=", key], ["company", "=", company.id]]
        known = self._tryton.find(_MOVE, domain, ["state"], **company.context)
        if known and known[0]["state"] == "posted":
            return known[0]["id"], True
        if known:
            identifier = known[0]["id"]
        else:
            values = {
                "company": company.id,
                "journal": self._directory.journals[journal],
                "period": self._period(day, company),
                "date": day,
                "description": key,
                "origin": origin or None,
                "lines": [["create", [self._move_line(line, company) for line in lines]]],
            }
            try:
                (identifier,) = self._tryton.create(_MOVE, values, **company.context)
            except TrytonRefusalError as error:
                if error.kind != "integrity":
                    raise
                return self.post_move(key, day, lines, company, origin=origin, journal=journal)
        self._posted(_MOVE, identifier, company)
        return identifier, False

    def settle(self, invoice: int, lines: Sequence[int], company: Company) -> None:
        """Say that lines pay an invoice, and reconcile them with it when nothing is left; repeatable."""
        fields = ["state", "party", "account", "payment_lines", "lines_to_pay", "alternative_payees"]
        found = self._tryton.find(_INVOICE, [["id", "=", invoice]], fields, **company.context)[0]
        if found["state"] != "posted":
            return
        new = sorted(set(lines) - set(found["payment_lines"]))
        # with a line that takes back what exceeds the invoice nothing is left open, so that it is reconciled at once:
        # as payments Tryton takes neither that line nor more than the invoice's amount
        debits = [["id", "in", new], ["debit", "!=", 0]]
        if new and not self._tryton.find("account.move.line", debits, ["id"], **company.context):
            values = {"payment_lines": [["add", new]]}
            try:
                self._tryton.write(_INVOICE, [invoice], values, **company.context)
            except TrytonRefusalError as error:
                if error.kind != "integrity":
                    raise
        owed = [["id", "in", [*found["lines_to_pay"], *found["payment_lines"], *new]]]
        if found["alternative_payees"]:
            # where parties were merged, what moved the item to the one that pays now is part of it
            about = [f"account.move.line,{line}" for line in found["lines_to_pay"]]
            owed = [["OR", *owed, [["origin", "in", about], ["account", "=", found["account"]]]]]
        rows = self._tryton.find(
            "account.move.line",
            [*owed, ["reconciliation", "=", None]],
            ["debit", "credit", "party"],
            **company.context,
        )
        if sum(row["debit"] - row["credit"] for row in rows):
            return
        # one party at a time, as Tryton asks; the invoice's own last, for with it the invoice is paid
        for party in sorted({row["party"] for row in rows}, key=lambda one: one == found["party"]):
            self._reconcile([row["id"] for row in rows if row["party"] == party], company)

    def offset(self, domain: Sequence[Any], company: Company) -> None:
        """Reconcile the posted lines of a domain that are open, where they cancel out; repeatable."""
        is_open = [["move.state", "=", "posted"], ["reconciliation", "=", None]]
        rows = self._tryton.find("account.move.line", [*domain, *is_open], ["debit", "credit"], **company.context)
        if rows and sum(row["debit"] - row["credit"] for row in rows) == 0:
            self._reconcile([row["id"] for row in rows], company)

    def merged(self, domain: Sequence[Any], company: Company) -> dict[str, str]:
        """Return parties that were merged, by code, and the code each was merged into; `domain` is of their marks."""
        marked = [["name", "=", MERGED_INTO], *domain]
        found = self._tryton.find("party.contact_mechanism", marked, ["value", "party.code"], **company.context)
        return {row["party."]["code"]: row["value"] for row in found}

    def _party(self, code: str, company: Company) -> int | None:
        domain = [["code", "=", code], ANY]
        found = self._tryton.find("party.party", domain, ["active"], **company.context)
        if not found:
            return None
        into = {} if found[0]["active"] else self.merged([["party", "=", found[0]["id"]]], company)
        return self._party(into[code], company) if into else int(found[0]["id"])

    def _reconcile(self, lines: list[int], company: Company) -> None:
        """Reconcile lines through the wizard people use; the field itself is not for callers."""
        own = {**company.context, "active_model": "account.move.line", "active_id": lines[0], "active_ids": lines}
        wizard = "wizard.account.move.reconcile_lines"
        session, start, _ = self._tryton.call(f"{wizard}.create", **own)
        try:
            self._tryton.call(f"{wizard}.execute", session, {}, start, **own)
        except TrytonRefusalError:
            # somebody else may have been quicker with the same lines
            open_ones = [["id", "in", lines], ["reconciliation", "=", None]]
            if self._tryton.find("account.move.line", open_ones, ["id"], **company.context):
                raise
        self._tryton.call(f"{wizard}.delete", session, **own)

    def _created(self, invoice: Invoice, company: Company) -> int | None:
        address = self._search("party.address", [["party", "=", invoice.party]], company)
        values = {
            "company": company.id,
            "type": "out",
            "party": invoice.party,
            "invoice_address": address,
            "account": company.account(invoice.account),
            "journal": self._directory.journals["REV"],
            "currency": self._directory.currencies[invoice.currency],
            "payment_term": self._directory.terms[invoice.terms],
            "payment_term_date": invoice.document_date,
            "invoice_date": invoice.document_date,
            "accounting_date": invoice.posting_date,
            "reference": invoice.key,
            "description": invoice.number,
            "comment": invoice.facts,
            "lines": [["create", [self._invoice_line(line, invoice, company) for line in invoice.lines]]],
        }
        try:
            (identifier,) = self._tryton.create(_INVOICE, values, **company.context)
        except TrytonRefusalError as error:
            if error.kind != "integrity":
                raise
            return None
        return identifier

    def _invoice_line(self, line: InvoiceLine, invoice: Invoice, company: Company) -> dict[str, Any]:
        values = {
            "type": "line",
            "company": company.id,
            "currency": self._directory.currencies[invoice.currency],
            "account": company.account(line.account),
            "product": self._directory.products[line.product],
            "unit": self._directory.unit,
            "quantity": -1.0 if line.amount < 0 else 1.0,
            "unit_price": abs(line.amount),
            "description": line.text,
            "note": line.source,
            "taxes": [["add", [company.tax(line.tax_code)]]] if line.tax_code else [],
        }
        if line.defer:
            values |= {"defer_from": line.defer[0], "defer_to": line.defer[1]}
        if line.origin:
            values["origin"] = f"account.invoice.line,{line.origin}"
        return values

    def _freeze_tax(self, identifier: int, invoice: Invoice, company: Company) -> None:
        """Replace what Tryton computed by what was billed; Tryton rounds halves to even and never toward zero."""
        billed = dict(invoice.tax)
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in self._tryton.find(
            "account.invoice.tax", [["invoice", "=", identifier]], ["amount", "tax.name"], **company.context
        ):
            rows.setdefault(row["tax."]["name"], []).append(row)
        if missing := set(billed) - set(rows):
            names = ", ".join(sorted(missing))
            raise TrytonRefusalError(_INVOICE, "tax-differs", f"Tryton computes no tax for {names}")
        for code, found in rows.items():
            # charges and credits of one document have a row each: what differs goes into the first
            over = sum(row["amount"] for row in found) - billed.get(code, Decimal(0))
            if over:
                values = {"amount": found[0]["amount"] - over}
                self._tryton.write("account.invoice.tax", [found[0]["id"]], values, **company.context)

    def _post_invoice(self, identifier: int, invoice: Invoice, company: Company) -> None:
        self._tryton.consent(warning_name(name, _INVOICE, identifier) for name in _WARNINGS)
        try:
            self._posted(_INVOICE, identifier, company)
        except TrytonRefusalError as error:
            if _NUMBERED_AFTER not in error.message:
                raise
            # the date of the number moves on, the document date stays among the facts and in the terms
            newest = self._tryton.find(
                _INVOICE,
                [["company", "=", company.id], ["number", "!=", None]],
                ["invoice_date"],
                [["invoice_date", "DESC"]],
                **company.context,
            )[0]["invoice_date"]
            values = {"invoice_date": newest, "accounting_date": invoice.posting_date}
            self._tryton.write(_INVOICE, [identifier], values, **company.context)
            self._tryton.consent(warning_name(name, _INVOICE, identifier) for name in _WARNINGS)
            self._posted(_INVOICE, identifier, company)

    def _posted(self, model: str, identifier: int, company: Company) -> None:
        """Post a record; the button of one that somebody else just posted is gone, which is no failure."""
        try:
            self._tryton.accepting(f"model.{model}.post", [identifier], **company.context)
        except TrytonRefusalError:
            state = self._tryton.find(model, [["id", "=", identifier]], ["state"], **company.context)[0]["state"]
            if state not in {"posted", "paid"}:
                raise

    def _period(self, day: date, company: Company) -> int:
        domain = [
            ["company", "=", company.id],
            ["type", "=", "standard"],
            ["start_date", "<=", day],
            ["end_date", ">=", day],
        ]
        return self._tryton.one("account.period", domain, **company.context)

    def _search(self, model: str, domain: list[Any], company: Company) -> int | None:
        found: list[int] = self._tryton.call(f"model.{model}.search", domain, 0, 1, None, **company.context)
        return found[0] if found else None

    def _move_line(self, line: MoveLine, company: Company) -> dict[str, Any]:
        amount = money(line.amount, company.digits)
        values: dict[str, Any] = {
            "account": company.account(line.account),
            "debit": max(amount, Decimal(0)),
            "credit": max(-amount, Decimal(0)),
            "party": line.party,
            "origin": f"account.move.line,{line.about}" if line.about else None,
            "description": line.text or None,
        }
        if line.second:
            code, minor, digits = line.second
            values["second_currency"] = self._directory.currencies[code]
            values["amount_second_currency"] = money(minor, digits)
        if line.tax:
            code, minor = line.tax
            row = {"tax": company.tax(code), "amount": money(minor, company.digits), "type": "tax"}
            values["tax_lines"] = [["create", [row]]]
        return values


def money(minor: int, digits: int) -> Decimal:
    """Return minor units as an amount of the currency, with all its digits."""
    return Decimal(minor).scaleb(-digits)


def minor(amount: Decimal, digits: int) -> int:
    """Return an amount in minor units.

    Raises:
        TrytonRefusalError: It has a fraction of a minor unit, which no booked amount has.
    """
    found = amount.scaleb(digits)
    if found != found.to_integral_value():
        raise TrytonRefusalError("amount", "amount", f"{amount} is no whole number of minor units")
    return int(found)
