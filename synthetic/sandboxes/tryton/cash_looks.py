"""What a probe sees in Tryton of payouts, terminations, revaluations and rates."""

from __future__ import annotations

from datetime import date

from synthetic.deeds import Answer
from synthetic.sandboxes.ledger.rules_cash import BANK, CLEARING, FEES
from synthetic.sandboxes.ledger.rules_sales import RECEIVABLE
from synthetic.sandboxes.ledger.values import RefusedError
from synthetic.sandboxes.tryton.books import Books
from synthetic.sandboxes.tryton.looks import Looks
from synthetic.systems.tryton.documents import minor


class CashLooks:
    """Answers questions; changes nothing."""

    def __init__(self, books: Books, looks: Looks) -> None:
        """Look at these books."""
        self._books = books
        self._looks = looks

    def payout(self, payout: str, ledger: str) -> Answer:
        """Show what is posted for a payout of the PSP: what the bank got, the fees, and both together."""
        found = self._looks.cash(payout, "payout", ledger)
        if not found["count"]:
            return found
        by_account = self._amounts(payout, "payout", str(found["entity"]))
        gross = -by_account.get(CLEARING, 0)
        return {**found, "amount": by_account.get(BANK, 0), "fees": by_account.get(FEES, 0), "gross": gross}

    def revaluation(self, invoice: str, day: str, ledger: str) -> Answer:
        """Show how an open foreign receivable was revalued on a day, and when that was undone."""
        kind = f"revaluation-{day}"
        found = self._looks.cash(invoice, kind, ledger)
        if not found["count"]:
            return found
        entity = str(found["entity"])
        master = self._books.master
        held = self._books.open_item(self._books.held(invoice, entity)[0])
        rate = master.rate(held.currency, master.of(entity).currency, date.fromisoformat(day))
        return {
            **found,
            "amount": self._amounts(invoice, kind, entity).get(RECEIVABLE, 0),
            "rate": rate.text,
            "reversed_on": self._undone(invoice, entity),
        }

    def loss(self, invoice: str, ledger: str) -> Answer:
        """Show what is posted for a loss expected on an invoice, and on which day that was undone ("" if it stands)."""
        found = self._looks.cash(invoice, "allowance", ledger)
        if not found["count"]:
            return found
        company = self._books.company(str(found["entity"]))
        like = [["description", "like", f"%/{invoice}/allowance/%"], ["state", "=", "posted"]]
        move = self._books.rest("account.move", [*like, ["company", "=", company.id]], ("id",), **company.context)[0]
        about = ["description", "like", f"%/move/{move['id']}/reversal-by-%"]
        undone = self._books.rest("account.move", [about, ["company", "=", company.id]], ("date",), **company.context)
        return {**found, "reversed_on": str(undone[0]["date"]) if undone else ""}

    def rate(self, currency: str, ledger: str, day: str) -> Answer:
        """Show the rate of exchange that counts on a day."""
        master = self._books.master
        try:
            rate = master.rate(currency, master.of(ledger).currency, date.fromisoformat(day))
        except RefusedError as error:
            if error.code == "rate-missing":
                return {"count": 0}
            raise
        value, table, _ = rate.text.split(" ")
        return {"count": 1, "rate": value, "rate_date": str(rate.day), "table": table}

    def _amounts(self, object_id: str, kind: str, ledger: str) -> dict[str, int]:
        company = self._books.company(ledger)
        rows = self._books.rest(
            "account.move",
            [
                ["description", "like", f"%/{object_id}/{kind}/%"],
                ["state", "=", "posted"],
                ["company", "=", company.id],
            ],
            ("description", "lines.account.code", "lines.debit", "lines.credit"),
            **company.context,
        )
        found: dict[str, int] = {}
        for row in rows:
            if row["description"].split("/")[2:4] == [object_id, kind]:
                for line in row["lines"]:
                    code = line["account"]["code"]
                    found[code] = found.get(code, 0) + minor(line["debit"] - line["credit"], company.digits)
        return found

    def _undone(self, object_id: str, ledger: str) -> str:
        """Return the day on which a revaluation was taken back, "" if it never was."""
        company = self._books.company(ledger)
        wanted = f"%/revaluation/{object_id}/reversal-of-%"
        domain = [["description", "like", wanted], ["state", "=", "posted"], ["company", "=", company.id]]
        rows = self._books.rest("account.move", domain, ("date",), **company.context)
        return str(min(row["date"] for row in rows)) if rows else ""
