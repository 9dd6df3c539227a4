"""What was posted in Tryton, in order and page by page: what figures of the books are counted from.

The cursor is the id of a move. Ids are given when a move is created, so that a lower one can be posted, or be seen at
all, after a higher one: a page ends before a draft or a gap as long as something may still come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer
from synthetic.sandboxes.ledger.rules_sales import CREDIT
from synthetic.sandboxes.tryton.books import REVERSAL, Books
from synthetic.sandboxes.tryton.rows import functional_of, kind_of, read_facts
from synthetic.systems.tryton.directory import Company
from synthetic.systems.tryton.documents import minor

_MOVE = "account.move"
_SETTLED = timedelta(minutes=1)
"""After so long a gap is a transaction that failed, and a draft one that a crash left."""
_PART = 1000


class Journal:
    """Lists postings.

    Args:
        books: Where they are.
        wall: The clock of Tryton's server, aware UTC: the books of a sandbox have another.
    """

    def __init__(self, books: Books, wall: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Keep them; nothing is asked yet."""
        self._books = books
        self._wall = wall

    def after(self, number: int, limit: int) -> Answer:
        """Show what was posted after a number, in order; fewer rows than the limit are the last for now."""
        ids = list(self._posted(number, limit))
        if not ids:
            return {"count": 0, "rows": []}
        moves = self._books.rest(_MOVE, [["id", "in", ids]], _MOVE_FIELDS)
        page = _Page(self._books, moves)
        rows: list[JSON] = [page.row(one) for one in sorted(moves, key=lambda one: int(one["id"]))]
        return {"count": len(rows), "rows": rows}

    def leftovers(self, before: int) -> Answer:
        """Show the receipts of probes that were booked before a time and are not applied to anything."""
        domain = [["description", "like", "%/payment/%/payment/%"], ["origin", "=", None], ["state", "=", "posted"]]
        moves = [
            one for one in self._books.rest(_MOVE, domain, _MOVE_FIELDS) if kind_of(one["description"]) == "payment"
        ]
        undone = self._books.rest(_MOVE, [["description", "like", f"erp/move/%/{REVERSAL}%"]], ("description",))
        gone = {one["description"].split("/")[2] for one in undone}
        page = _Page(self._books, moves)
        left = [
            row["journal_number"]
            for row in (page.row(one) for one in moves if str(one["id"]) not in gone)
            if row["synthetic"]
            and not row["is_second"]
            and datetime.fromisoformat(row["posted_at"]).timestamp() < before
        ]
        return {"count": len(left), "receipts": ",".join(left)}

    def _posted(self, after: int, limit: int) -> Iterator[int]:
        """Yield the ids of posted moves, up to the first place where one may still appear."""
        settled = (self._wall() - _SETTLED).replace(tzinfo=None)
        left, expected = limit, after + 1
        while left:
            order = [["id", "ASC"]]
            rows = self._books.tryton.call(
                f"model.{_MOVE}.search_read", [["id", ">", expected - 1]], 0, _PART, order, ["state", "create_date"]
            )
            for row in rows:
                # before the first page there is nothing that could have been missed
                is_gap = row["id"] != expected and after
                if (is_gap or row["state"] != "posted") and row["create_date"] > settled:
                    return
                expected = row["id"] + 1
                if row["state"] == "posted":
                    yield row["id"]
                    left -= 1
                if not left:
                    return
            if len(rows) < _PART:
                return


class _Page:
    """Some moves, with the documents they belong to."""

    def __init__(self, books: Books, moves: Sequence[Mapping[str, Any]]) -> None:
        ids = [one["id"] for one in moves]
        self._books = books
        domain = ["OR", ["move", "in", ids], ["cancel_move", "in", ids]]
        documents = books.rest("account.invoice", domain, _DOCUMENT_FIELDS) if ids else []
        self._documents = {one["move"]["id"]: one for one in documents if one["move"]}
        self._voids = {one["cancel_move"]["id"]: one for one in documents if one["cancel_move"]}
        undone = [int(name) for one in moves if (name := _undone(one["description"])).isdigit()]
        self._undone = {one["id"]: one for one in self._more(undone)} if undone else {}
        paid = [int(number) for one in (*moves, *self._undone.values()) if (number := _invoice(one["origin"]))]
        found = books.rest("account.invoice", [["id", "in", paid]], ("reference",)) if paid else []
        self._names = {one["id"]: one["reference"] for one in found}

    def row(self, move: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is told of a move."""
        company = self._books.company_by_id(move["company"]["id"])
        document, void = self._documents.get(move["id"]), self._voids.get(move["id"])
        master = self._books.master.of(company.name)
        told = {
            "number": move["id"],
            "entity": master.legal_entity,
            "ledger": company.name,
            "is_second": master.is_second,
            "journal_number": f"{company.name}/{move['id']}",
            "posted_at": f"{move['create_date']:%Y-%m-%dT%H:%M:%SZ}",
            "reverses": "",
        }
        if document:
            return told | _document_row(document)
        if void:
            undone = f"{company.name}/{void['move']['id']}" if void["move"] else ""
            return told | _document_row(void) | {"kind": "void", "reverses": undone, "posted_at": told["posted_at"]}
        return told | self._move_row(move, company)

    def _move_row(self, move: Mapping[str, Any], company: Company) -> dict[str, Any]:
        lines = move["lines"]
        facts = read_facts((lines[0]["description"] or "").replace("; ", "\n")) if lines else {}
        seconds = [one["second_currency"] for one in lines if one["second_currency"]]
        told = {
            "kind": kind_of(move["description"]),
            "object": self._object(move),
            "currency": seconds[0]["code"] if seconds else company.currency,
            "total": sum(minor(one["debit"], company.digits) for one in lines),
            "tax": 0,
            "synthetic": facts.get("synthetic") == "true",
        }
        if facts.get("posted_at"):
            told["posted_at"] = facts["posted_at"]
        if _undone(move["description"]):
            told["reverses"] = f"{company.name}/{_undone(move['description'])}"
        elif told["kind"] == "payment":
            told["unapplied"] = -sum(_amount(one, company) for one in lines if one["account"]["code"] == CREDIT)
            told["invoice"] = self._names.get(_invoice(move["origin"]), "")
        return told

    def _object(self, move: Mapping[str, Any]) -> str:
        """Return the object of a posting, of a reversal that of what it undoes."""
        undone = _undone(move["description"])
        of = self._undone.get(int(undone)) if undone.isdigit() else move
        if of is None:
            return ""
        # what an invoice posted has no key of its own: the invoice is its origin
        named = kind_of(of["description"]) != "own"
        return str(of["description"]).split("/")[2] if named else self._names.get(_invoice(of["origin"]), "")

    def _more(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        return self._books.rest(_MOVE, [["id", "in", list(ids)]], ("description", "origin"))


def _document_row(document: Mapping[str, Any]) -> dict[str, Any]:
    facts, digits = read_facts(document["comment"]), document["currency"]["digits"]
    told = {
        "kind": facts.get("kind", ""),
        "object": document["reference"] or "",
        "currency": document["currency"]["code"],
        "total": abs(minor(document["total_amount"], digits)),
        "tax": abs(minor(document["tax_amount"], digits)),
        "synthetic": facts.get("synthetic") == "true",
    }
    return told | ({"posted_at": facts["posted_at"]} if facts.get("posted_at") else {})


def _amount(line: Mapping[str, Any], company: Company) -> int:
    second = line["second_currency"]
    return minor(line["amount_second_currency"], second["digits"]) if second else functional_of(line, company)


def _undone(description: str | None) -> str:
    """Return the id of the move that a reversal undoes, "" for anything else."""
    return str(description).split("/")[2] if kind_of(description).startswith(REVERSAL) else ""


def _invoice(origin: str | None) -> int:
    name, _, number = str(origin or "").partition(",")
    return int(number) if name == "account.invoice" else 0


_MOVE_FIELDS = (
    "description",
    "origin",
    "create_date",
    "company.id",
    "lines.account.code",
    "lines.debit",
    "lines.credit",
    "lines.amount_second_currency",
    "lines.second_currency.code",
    "lines.second_currency.digits",
    "lines.description",
)
_DOCUMENT_FIELDS = (
    "reference",
    "comment",
    "currency.code",
    "currency.digits",
    "total_amount",
    "tax_amount",
    "move.id",
    "cancel_move.id",
)
