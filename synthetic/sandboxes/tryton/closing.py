"""The end of a period in Tryton: revaluation, reversal, closing and reopening."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from synthetic.sandboxes.ledger import rules_close
from synthetic.sandboxes.ledger.values import Line, Posting, PostingKey, RefusedError
from synthetic.sandboxes.tryton.books import REVERSAL, Books, Taken
from synthetic.systems.tryton.documents import minor


class Closing:
    """What a period end does; a second run of any step changes nothing."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def revalue(self, ledger: str, day: date) -> int:
        """Carry open foreign receivables at the closing rate and undo it on the next day; return the moves."""
        company = self._books.company(ledger)
        home = self._books.directory.currencies[company.currency]
        domain = [["company", "=", company.id], ["state", "=", "posted"], ["currency", "!=", home]]
        posted = 0
        for row in self._books.tryton.find("account.invoice", domain, ["reference"], **company.context):
            item, _ = self._books.item(row["reference"], ledger)
            posting = rules_close.revaluation(self._books.master, item, day) if item.open else None
            if posting is None:
                continue
            taken = self._books.take(posting)
            undone = rules_close.undone(taken.posting, day + timedelta(days=1))
            after = self._books.take(undone)
            posted += (not taken.is_replay) + (not after.is_replay)
        return posted

    def reverse(self, journal_number: str, day: date, who: str, reason: str) -> Taken:
        """Undo a move by another one, about the same thing, that names it in its key."""
        ledger, _, number = journal_number.rpartition("/")
        company = self._books.company(ledger)
        fields = (
            "description",
            "date",
            "origin",
            "lines.account.code",
            "lines.debit",
            "lines.credit",
            "lines.party.code",
        )
        domain = [["id", "=", int(number) if number.isdigit() else 0], ["company", "=", company.id]]
        found = self._books.rest("account.move", domain, fields, **company.context)
        if not found:
            raise RefusedError("posting-unknown", f"no posting {journal_number}")
        lines = tuple(
            Line(
                one["account"]["code"],
                amount := -minor(one["debit"] - one["credit"], company.digits),
                amount,
                dimension=one["party"]["code"].rsplit("/", 1)[0] if one["party"] else "",
            )
            for one in found[0]["lines"]
        )
        posting = Posting(
            key=PostingKey("erp", "move", number, f"{REVERSAL}{who}", ledger),
            source_version=1,
            legal_entity=self._books.master.of(ledger).legal_entity,
            text=reason,
            document_date=found[0]["date"],
            tax_period=f"{found[0]['date']:%Y-%m}",
            posting_date=day,
            currency=company.currency,
            lines=lines,
            reverses=journal_number,
        )
        on = self._books.in_open_period(lambda one: replace(posting, posting_date=one), ledger, day)
        # about what the undone move was about: whoever asks for a customer finds both
        return self._books.take(on, origin=str(found[0]["origin"] or f"account.move,{number}"))

    def close_period(self, ledger: str, period: str) -> None:
        """Close a month: it takes nothing until it is opened again. Tryton refuses while it has drafts.

        What Tryton calls locked is never used: nobody could open it again, not even two persons.
        """
        self._press(ledger, period, "close", {"open"})

    def reopen_period(self, ledger: str, period: str, who: str, second: str, reason: str) -> str:
        """Open a closed month again; two persons and a reason. One that Tryton calls locked stays so.

        Raises:
            RefusedError: `approval-missing`, `period-locked`.
        """
        if not reason or not who or not second or who == second:
            raise RefusedError("approval-missing", "reopening a period needs two persons and a reason")
        if self._books.period(ledger, period)["state"] == "locked":
            raise RefusedError("period-locked", f"{period} of {ledger} is locked, and Tryton never unlocks")
        self._press(ledger, period, "reopen", {"closed"})
        return self._books.period_state(ledger, period)

    def _press(self, ledger: str, period: str, button: str, states: set[str]) -> None:
        found = self._books.period(ledger, period)
        if found["state"] in states:
            context = self._books.company(ledger).context
            self._books.tryton.accepting(f"model.account.period.{button}", [found["id"]], **context)
