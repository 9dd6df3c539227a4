"""The end of a period: recognition, revaluation, reversal, closing and reopening."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from synthetic.sandboxes.ledger import rules_close
from synthetic.sandboxes.ledger.books import Books, Taken
from synthetic.sandboxes.ledger.values import Deferral, Posting, RefusedError


class Closing:
    """What a period end does; a second run of any step changes nothing."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def recognise(self, ledger: str, through: date) -> list[Posting]:
        """Post what every schedule earned until the end of `through`; a second run changes nothing."""
        posted: list[Posting] = []
        with self._books.storage.transaction("erp.recognise"):
            groups: dict[str, list[tuple[Deferral, int]]] = {}
            for one in self._books.storage.deferrals(ledger=ledger):
                if amount := rules_close.due(one, through):
                    groups.setdefault(one.invoice_id, []).append((one, amount))
            for found in groups.values():
                posted.append(
                    self._books.take(rules_close.recognition(self._books.master, tuple(found), ledger, through)).posting
                )
                for one, amount in found:
                    self._books.storage.put(replace(one, recognised=one.recognised + amount))
        return posted

    def revalue(self, ledger: str, day: date) -> list[Posting]:
        """Carry open foreign receivables at the closing rate and undo it on the next day."""
        posted: list[Posting] = []
        with self._books.storage.transaction("erp.revalue"):
            for item in self._books.storage.open_items(ledger):
                posting = rules_close.revaluation(self._books.master, item, day)
                if posting is None or self._books.storage.posting(posting.key):
                    continue
                taken = self._books.take(posting).posting
                posted += [taken, self._books.take(rules_close.undone(taken, day + timedelta(days=1))).posting]
        return posted

    def reverse(self, journal_number: str, day: date, who: str, reason: str) -> Taken:
        """Undo a posting by another one, linked to it; the books never change or lose an entry."""
        with self._books.storage.transaction("erp.reverse"):
            found = next((one for one in self._books.storage.postings() if one.journal_number == journal_number), None)
            if found is None:
                raise RefusedError("posting-unknown", f"no posting {journal_number}")
            taken = self._books.take_now(lambda on: rules_close.undone(found, on), found.key.ledger, day)
            if not taken.is_replay:
                self._books.telling.reversed(taken.posting)
                self._books.storage.record(self._books.stamp(), f"reverse {journal_number}", who, reason)
        return taken

    def close_period(self, ledger: str, period: str, who: str, *, lock: bool = False) -> None:
        """Close a period; `lock` for good, else softly (recognition still posts)."""
        self._books.master.of(ledger)
        with self._books.storage.transaction("erp.close-period"):
            state = "locked" if lock else "soft-closed"
            is_new = self._books.storage.period_state(ledger, period) != state
            self._books.storage.set_period(ledger, period, state, who, self._books.stamp())
            if is_new:
                self._books.telling.period(ledger, period, state, (who, ""), self._books.stamp())
            self._books.storage.record(
                self._books.stamp(), f"close {ledger} {period}", who, "locked" if lock else "soft"
            )

    def reopen_period(self, ledger: str, period: str, who: str, second: str, reason: str) -> None:
        """Open a closed period again; two persons and a reason."""
        if not reason or not who or not second or who == second:
            raise RefusedError("approval-missing", "reopening a period needs two persons and a reason")
        with self._books.storage.transaction("erp.reopen-period"):
            is_new = self._books.storage.period_state(ledger, period) != "open"
            self._books.storage.set_period(ledger, period, "open", f"{who}, {second}", self._books.stamp())
            if is_new:
                self._books.telling.period(ledger, period, "open", (second, who), self._books.stamp())
            self._books.storage.record(self._books.stamp(), f"reopen {ledger} {period}", f"{who}, {second}", reason)
