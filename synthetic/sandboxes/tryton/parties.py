"""Who the customers of Tryton are: one party per customer and company, and two that turn out to be one, merged.

Tryton's own wizard `party.replace` will not do: a party with one posted line it refuses ("You cannot modify line ...
from posted move", 8.2.1), for it tells the lines that they change. Its wizard for passing open items on
(`account.move.line.delegate`) dates them today, whatever the clock of the books says. So this does what that one does,
with a date: one move takes what is open from the one to the other, each line naming the line of the invoice that it
is about, the other becomes a payer of these invoices, and the one is marked and inactive. Posted lines stay as posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from synthetic.deeds import Answer
from synthetic.sandboxes.ledger.rules_sales import CREDIT, RECEIVABLE, UNBILLED, Document, text
from synthetic.sandboxes.ledger.sales import account_of, bill_to_of
from synthetic.sandboxes.ledger.values import PostingKey, RefusedError
from synthetic.sandboxes.tryton.books import Books, Held
from synthetic.sandboxes.tryton.rows import facts_text, functional_of
from synthetic.systems.tryton.directory import Company
from synthetic.systems.tryton.documents import ANY, MERGED_INTO, MoveLine, minor

_PARTY = "party.party"
_INVOICE = "account.invoice"
_LINE = "account.move.line"
_PERSONAL = (RECEIVABLE, UNBILLED, CREDIT)


@dataclass(frozen=True, slots=True)
class Merged:
    """Two parties that became one: the move that says so (0 if nothing was to move), and whether it was there."""

    move: int
    posting_date: date
    is_replay: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """What is open of a party on one account.

    Attributes:
        currency: The foreign currency, "" where it is in the company's own; `digits` are its minor units.
        line: Line on 1100 of the invoice it is about, 0 where it is about none.
        functional: What is owed in minor units of the company's currency, and in `amount` of the foreign one.
    """

    account: str
    currency: str
    line: int
    invoice: int
    digits: int
    functional: int = 0
    amount: int = 0


class Parties:
    """Registers and merges customers; every operation may be repeated."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def register(self, document: Document) -> str:
        """Take a customer, one party per customer and company; a second time its terms and marks are renewed.

        What comes for one that was merged changes nothing: the terms of the survivor are its own.
        """
        customer, entity = text(document, "id"), text(document, "legal_entity")
        company = self._books.company(entity)
        wanted = _marks(document)
        facts = {"type": "other", "name": "facts", "value": wanted}
        values = {
            "name": text(document, "legal_name") or customer,
            "addresses": [["create", [{}]]],
            "contact_mechanisms": [["create", [facts]]],
        }
        party = self._books.documents.party(f"{customer}/{entity}", values, company)
        if not self._merged_into(customer, company):
            self._renew(party, facts, company)
        return f"pa_{customer}_{entity}"

    def merge(self, loser: str, survivor: str, entity: str, day: date) -> Merged:
        """Make the party of a customer that of another: its money and what it owes move, nothing is deleted.

        Raises:
            RefusedError: `party-unknown`: no two parties of one company; `state`: merged into another already;
                `period-closed`.
        """
        company = self._books.company(entity)
        lost, kept = self._found(loser, company), self._found(survivor, company)
        if lost is None or kept is None or lost == kept:
            raise RefusedError("party-unknown", f"no two parties of {loser} and {survivor} in {entity}")
        key = str(PostingKey("erp", "merge", f"pa_{loser}_{entity}", "merge", entity))
        into = self._merged_into(loser, company)
        if into == survivor:
            return self._known(key, company, day)
        if into or self._merged_into(survivor, company):
            one = loser if into else survivor
            raise RefusedError("state", f"{one} is merged into another", "Merge into the party that is left.")
        merged = self._move_items(key, lost, kept, company, self._books.open_day(entity, day))
        mark = {"type": "other", "name": MERGED_INTO, "value": f"{survivor}/{entity}"}
        gone = {"active": False, "contact_mechanisms": [["create", [mark]]]}
        self._books.tryton.write(_PARTY, [lost], gone, **company.context)
        return merged

    def merged_of(self, customer: str, entity: str) -> Answer:
        """Show the customer into whose party that of a customer was merged; `count` is 0 where it was not."""
        survivor = self._merged_into(customer, self._books.company(entity))
        return {"count": 1, "survivor": survivor} if survivor else {"count": 0}

    def _found(self, customer: str, company: Company) -> int | None:
        domain = [["code", "=", f"{customer}/{company.name}"], ANY]
        found = self._books.tryton.find(_PARTY, domain, ["id"], **company.context)
        return found[0]["id"] if found else None

    def _merged_into(self, customer: str, company: Company) -> str:
        code = f"{customer}/{company.name}"
        found = self._books.documents.merged([["party.code", "=", code]], company)
        return found.get(code, "").rpartition("/")[0]

    def _renew(self, party: int, facts: Mapping[str, str], company: Company) -> None:
        tryton, model = self._books.tryton, "party.contact_mechanism"
        found = tryton.find(model, [["party", "=", party], ["name", "=", "facts"]], ["value"], **company.context)
        if not found:
            tryton.create(model, {"party": party, **facts}, **company.context)
        elif found[0]["value"] != facts["value"]:
            tryton.write(model, [found[0]["id"]], {"value": facts["value"]}, **company.context)

    def _move_items(self, key: str, lost: int, kept: int, company: Company, day: date) -> Merged:
        """Post what a party has and owes from it to the other, and let the other pay what it was billed."""
        items = self._open_items(lost, company)
        lines = [
            _leg(item, sign, party)
            for item in items
            if item.functional or item.amount
            for sign, party in ((-1, lost), (1, kept))
        ]
        # of what a crash left half done the move is there, and nothing is left to move
        merged = self._known(key, company, day)
        if lines:
            move, known = self._books.documents.post_move(key, day, lines, company)
            merged = Merged(move, day, known)
        if invoices := sorted({item.invoice for item in items if item.invoice}):
            payees = {"alternative_payees": [["add", [kept]]]}
            self._books.tryton.write(_INVOICE, invoices, payees, **company.context)
        self._books.documents.offset([["party", "=", lost], ["account", "=", company.account(CREDIT)]], company)
        return merged

    def _open_items(self, party: int, company: Company) -> list[_Item]:
        """Return what is open of a party, summed by account, foreign currency and the invoice it is about."""
        accounts = [company.account(code) for code in _PERSONAL]
        rows = self._books.rest(
            _LINE,
            [
                ["party", "=", party],
                ["account", "in", accounts],
                ["move.state", "=", "posted"],
                ["reconciliation", "=", None],
            ],
            _LINE_FIELDS,
            **company.context,
        )
        return _summed(rows, self._owed_lines(rows, company), company)

    def _owed_lines(self, rows: Sequence[Mapping[str, Any]], company: Company) -> dict[int, int]:
        """Return by invoice the line on 1100 that it is owed by."""
        moved = sorted({line for row in rows if (line := _number(row["origin"], _LINE))})
        before = self._books.rest(_LINE, [["id", "in", moved]], _ABOUT_FIELDS, **company.context) if moved else []
        named = sorted({number for row in [*rows, *before] if (number := _invoice_of(row))})
        found = self._books.tryton.find(_INVOICE, [["id", "in", named]], ["lines_to_pay"], **company.context)
        return {row["id"]: min(row["lines_to_pay"]) for row in found if row["lines_to_pay"]}

    def _known(self, key: str, company: Company, day: date) -> Merged:
        domain = [["description", "=", key], ["company", "=", company.id], ["state", "=", "posted"]]
        found = self._books.tryton.find("account.move", domain, ["date"], **company.context)
        if not found:
            return Merged(0, day, is_replay=True)
        return Merged(found[0]["id"], found[0]["date"], is_replay=True)


def give_back(books: Books, held: Held, day: date) -> None:
    """Move what is open of an invoice back to the party it was billed to, where that was merged; repeatable.

    What is voided is the document of that party: Tryton reconciles it with its reversal, and what a merger moved on
    would stay with the other.
    """
    company, entity = held.company, held.company.name
    (row,) = books.tryton.find(_INVOICE, [["id", "=", held.id]], ["lines_to_pay"], **company.context)
    moved = [["origin", "in", [f"{_LINE},{line}" for line in row["lines_to_pay"]]], ["reconciliation", "=", None]]
    rows = books.rest(_LINE, [*moved, ["move.state", "=", "posted"]], _LINE_FIELDS, **company.context)
    if not rows:
        return
    key = str(PostingKey("erp", "merge", held.row["reference"], "unmerge", entity))
    lines = [
        _leg(item, -1, party)
        for party in sorted({row["party"]["id"] for row in rows})
        for item in _summed([row for row in rows if row["party"]["id"] == party], {}, company)
    ]
    books.documents.post_move(key, books.open_day(entity, day), lines, company)
    for party in sorted({row["party"]["id"] for row in rows}):
        books.documents.offset([*moved, ["party", "=", party]], company)


def _marks(document: Document) -> str:
    """Return the facts of a customer that Tryton has no field for."""
    profile = document.get("tax_profile")
    marks = {name: text(document, name) for name in ("currency", "parent_id", "country")}
    marks["tax_id"] = text(profile, "tax_id") if isinstance(profile, dict) else ""
    marks["synthetic"] = str(bool(document.get("synthetic"))).lower()
    marks["terms"] = text(document, "payment_terms")
    marks["account"] = account_of(document)
    marks["bill_to"] = bill_to_of(document)
    return facts_text(**marks).replace("\n", "; ")


def _summed(rows: Sequence[Mapping[str, Any]], owed_lines: Mapping[int, int], company: Company) -> list[_Item]:
    invoices = {line: invoice for invoice, line in owed_lines.items()}
    found: dict[tuple[str, str, int], _Item] = {}
    for row in rows:
        second = row["second_currency"]
        # what came from an earlier merger names the line already
        line = _number(row["origin"], _LINE) or owed_lines.get(_invoice_of(row), 0)
        where = row["account"]["code"], second["code"] if second else "", line
        known = found.get(where) or _Item(*where, invoices.get(line, 0), second["digits"] if second else 0)
        foreign = minor(row["amount_second_currency"], second["digits"]) if second else 0
        found[where] = replace(
            known, functional=known.functional + functional_of(row, company), amount=known.amount + foreign
        )
    return list(found.values())


def _leg(item: _Item, sign: int, party: int) -> MoveLine:
    second = (item.currency, sign * item.amount, item.digits) if item.currency else None
    return MoveLine(item.account, sign * item.functional, party, second, about=item.line)


def _invoice_of(row: Mapping[str, Any]) -> int:
    """Return the invoice that a line on 1100 is about: that it pays, or whose move it is in."""
    if row["account"]["code"] != RECEIVABLE:
        return 0
    paid = row["invoice_payment"]
    return int(paid["id"]) if paid else _number(row["move"]["origin"], _INVOICE)


def _number(reference: object, model: str) -> int:
    name, _, number = str(reference or "").partition(",")
    return int(number) if name == model else 0


_ABOUT_FIELDS = ("account.code", "origin", "move.origin", "invoice_payment.id")
_LINE_FIELDS = (
    *_ABOUT_FIELDS,
    "debit",
    "credit",
    "amount_second_currency",
    "second_currency.code",
    "second_currency.digits",
    "party.id",
)
