"""`erp-legacy-postings`: the second ledgers of a parallel run, in the words of the system that keeps them.

The same journal as `erp-postings` has, of other ledgers: accounts are the legacy chart's, a line stands in `S` (Soll,
debit) or `H` (Haben, credit).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthetic.sandboxes.faces.erp_postings import ErpPostings
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.values import Posting

_SIDES = {"S": "debit", "H": "credit"}
_WORDS = {side: word for word, side in _SIDES.items()}
_EQUAL_MONTHS = "equal-months-v-daily"
"""The rule that explains why deferred revenue differs: the legacy system recognises in equal months."""


class ErpLegacyPostings:
    """Operations of the contract over the second ledgers of one set of books."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on `ledger`."""
        self._books = ledger.books
        self._journal = ErpPostings(ledger)

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {"listLegacyPostings": self._list, "createLegacyPosting": self._create, "getLegacyPosting": self._get}

    def _list(self, asked: Asked) -> Any:
        found = self._postings(asked["object_id"] or "", asked["buchungsperiode"] or "")
        undone = self._journal.undone()
        return page([self._shown(one, undone) for one in found], asked, lambda row: str(row["id"]))

    def _get(self, asked: Asked) -> Any:
        undone = self._journal.undone()
        wanted = asked["posting_id"]
        found = next((row for one in self._postings() if (row := self._shown(one, undone))["id"] == wanted), None)
        if found is None:
            raise RefusalError(404, f"No posting {wanted}.")
        return found

    def _create(self, asked: Asked) -> Any:
        body = asked.body
        books = self._books.master.of(body["ledger"])
        if not books.is_second:
            raise RefusalError(422, f"{body['ledger']} is no legacy ledger.")
        told = {
            **{name: body[name] for name in ("posting_key", "ledger", "legal_entity", "source_version", "text")},
            "currency": body["currency"],
            "synthetic": body.get("synthetic", False),
            "document_date": body["belegdatum"],
            "posting_date": body["buchungsdatum"],
            "tax_period": body.get("steuerperiode"),
            "lines": [_told(line) for line in body["lines"]],
        }
        return self._shown(self._journal.taken(told), self._journal.undone())

    def _postings(self, object_id: str = "", period: str = "") -> list[Posting]:
        books = self._books.master.books
        return [one for one in self._books.storage.postings(object_id, "", period) if books[one.key.ledger].is_second]

    def _shown(self, one: Posting, undone: Mapping[str, str]) -> dict[str, Any]:
        shown = self._journal.shown(one, undone)
        kept = ("ledger", "legal_entity", "posting_key", "source_version", "text", "currency", "functional_currency")
        found = {
            "id": _legacy(shown["id"]),
            "belegnummer": shown["journal_number"],
            **{name: shown[name] for name in (*kept, "status", "posted_at", "synthetic")},
            "belegdatum": shown["document_date"],
            "buchungsdatum": shown["posting_date"],
            "buchungsperiode": shown["posting_period"],
            "steuerperiode": shown["tax_period"],
            "lines": [_line(line) for line in shown["lines"]],
            "reverses": _legacy(shown["reverses"]) if shown["reverses"] else None,
        }
        return found | ({"explained_difference": _EQUAL_MONTHS} if self._differs(one) else {})

    def _differs(self, one: Posting) -> bool:
        """Whether deferred revenue is in it: the ledger of record earns it by days."""
        if one.key.kind.startswith("recognition"):
            return True
        deferred = {row.deferred_account for row in self._books.storage.deferrals(one.key.object_id, one.key.ledger)}
        return any(line.account in deferred for line in one.lines)


def _told(line: Mapping[str, Any]) -> dict[str, Any]:
    found = {"account": line["konto"], "side": _SIDES[line["soll_haben"]], "amount": line["amount"]}
    return found | {name: line[name] for name in ("party_id", "tax_code") if line.get(name)}


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    found = {"line_number": line["line_number"], "konto": line["account"], "soll_haben": _WORDS[line["side"]]}
    kept = ("amount", "functional_amount", "party_id", "tax_code")
    return found | {name: line[name] for name in kept if name in line}


def _legacy(identifier: str) -> str:
    return "jl_" + identifier.removeprefix("je_")
