"""`erp-postings`: the journal of the ledger, read and written posting by posting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, day, money, page
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.journal import entry_id, journal_entry
from synthetic.sandboxes.ledger.values import Line, Posting, PostingKey, period_of


class ErpPostings:
    """Operations of the contract over one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on `ledger`."""
        self._ledger = ledger
        self._books = ledger.books

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listPostings": self._list,
            "createPosting": self._create,
            "getPosting": lambda asked: self.shown(self._found(asked), self.undone()),
            "reversePosting": self._reverse,
        }

    def _list(self, asked: Asked) -> Any:
        storage, undone = self._books.storage, self.undone()
        found = storage.postings(asked["object_id"] or "", asked["ledger"] or "", asked["posting_period"] or "")
        since = asked["posted_from"]
        rows = [self.shown(one, undone) for one in found if since is None or one.posted_at >= since]
        return page(rows, asked, lambda row: str(row["id"]))

    def _create(self, asked: Asked) -> Any:
        return self.shown(self.taken(asked.body), self.undone())

    def taken(self, body: Mapping[str, Any]) -> Posting:
        """Put what a request says into the books, once.

        Raises:
            RefusalError: 422 where it does not fit together.
        """
        key = PostingKey(
            body["posting_key"]["source_system"],
            body["posting_key"]["object"],
            body["posting_key"]["object_id"],
            body["posting_key"]["posting_kind"],
            body["posting_key"]["ledger"],
        )
        books = self._books.master.of(body["ledger"])
        if key.ledger != body["ledger"] or books.legal_entity != body["legal_entity"]:
            raise RefusalError(422, "ledger, legal_entity and the ledger of posting_key must belong together.")
        posted_on = day(body["posting_date"])
        with self._books.storage.transaction("erp.take-posting"):
            taken = self._books.take(
                self._books.in_open_period(lambda on: self._posting(body, key, on), body["ledger"], posted_on)
            )
        return taken.posting

    def _posting(self, body: Mapping[str, Any], key: PostingKey, on: date) -> Posting:
        document = day(body["document_date"])
        lines, rate = self._lines(body, document)
        return Posting(
            key=key,
            source_version=body["source_version"],
            legal_entity=body["legal_entity"],
            text=body["text"],
            document_date=document,
            tax_period=body.get("tax_period") or period_of(document),
            posting_date=on,
            currency=body["currency"],
            lines=lines,
            rate=rate,
            synthetic=bool(body.get("synthetic")),
        )

    def _lines(self, body: Mapping[str, Any], document: date) -> tuple[tuple[Line, ...], str]:
        """Return the lines with functional amounts: each side is converted once, and shared among its lines."""
        master = self._books.master
        books = master.of(body["ledger"])
        rate = master.rate(body["currency"], books.currency, document)
        found: dict[int, Line] = {}
        for side, sign in (("debit", 1), ("credit", -1)):
            own = [(number, line) for number, line in enumerate(body["lines"]) if line["side"] == side]
            amounts = tuple(money(line["amount"]) for _, line in own)
            functional = master.functional(amounts, body["currency"], books, rate.value)
            for (number, line), worth in zip(own, functional, strict=True):
                if line.get("tax_code"):
                    master.tax(line["tax_code"], books.legal_entity, document)
                found[number] = _line(line, sign, worth)
        if sum(line.amount for line in found.values()):
            raise RefusalError(422, "unbalanced: debits and credits differ in document currency.")
        return tuple(found[number] for number in sorted(found)), rate.text

    def _reverse(self, asked: Asked) -> Any:
        found = self._found(asked)
        if found.journal_number in self.undone():
            raise RefusalError(409, f"{entry_id(found)} was reversed before.")
        undone_on = day(asked.body["posting_date"])
        taken = self._ledger.closing.reverse(
            found.journal_number, undone_on, asked.body["requested_by"], asked.body["reason"]
        )
        return self.shown(taken.posting, self.undone())

    def _found(self, asked: Asked) -> Posting:
        found = next((one for one in self._books.storage.postings() if entry_id(one) == asked["posting_id"]), None)
        if found is None:
            raise RefusalError(404, f"No posting {asked['posting_id']}.")
        return found

    def undone(self) -> dict[str, str]:
        """Return by journal number the id of the posting that undid it."""
        return {one.reverses: entry_id(one) for one in self._books.storage.postings() if one.reverses}

    def shown(self, one: Posting, undone: Mapping[str, str]) -> dict[str, Any]:
        """Return a posting as the contract has it, `undone` as `undone()` tells it."""
        return journal_entry(one, self._books.master.of(one.key.ledger).currency, undone.get(one.journal_number))


def _line(line: Mapping[str, Any], sign: int, worth: int) -> Line:
    start, end = line.get("service_start"), line.get("service_end")
    return Line(
        account=line["account"],
        amount=sign * line["amount"],
        functional=sign * worth,
        dimension=line.get("party_id") or line.get("item") or "",
        tax_code=line.get("tax_code", ""),
        tax_base=line.get("tax_base") or 0,
        revenue_class=line.get("revenue_class", ""),
        service=(day(start), day(end)) if start and end else None,
    )
