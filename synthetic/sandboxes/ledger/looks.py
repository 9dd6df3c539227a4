"""What the ledger shows behind the `erp` port: business state as flat JSON, the same fields for every ERP."""

from __future__ import annotations

from datetime import date, datetime

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError
from synthetic.sandboxes.ledger.ledger import Ledger
from synthetic.sandboxes.ledger.rules_cash import BANK, CLEARING, CREDIT_LOSSES, DISPUTED, FEES
from synthetic.sandboxes.ledger.rules_sales import CREDIT, RECEIVABLE, REVENUES, TAX, UNBILLED
from synthetic.sandboxes.ledger.shown import posting_facts, shown_dispute, shown_schedules
from synthetic.sandboxes.ledger.values import Deferral, OpenItem, Party, Posting
from synthetic.sandboxes.ledger.values import RefusedError as LedgerRefusal

PORT = "erp"
BOOKED_IN = "_ledger"
"""Beside the facts of a kept bank receipt: the ledger that booked it."""


class LedgerLooks:
    """The looks of one ledger; an operation is a public method with the names of its request."""

    def __init__(self, ledger: Ledger) -> None:
        """Show this ledger."""
        self._ledger = ledger

    def receipts_of(self, after: int = 0, ledger: str = "") -> Answer:
        """Show the bank receipts booked after a number, in one ledger or in any: what billing must be told of."""
        found = self._ledger.books.storage.receipts(after)
        rows = [(number, body, str(body.pop(BOOKED_IN, body["legal_entity"]))) for number, body in found]
        told: list[JSON] = [
            {"number": number, "payment": body, "ledger": booked_in}
            for number, body, booked_in in rows
            if ledger in {"", booked_in}
        ]
        return {"count": len(told), "receipts": told}

    def facts_of(self, after: int = 0, ledger: str = "") -> Answer:
        """Show what must be told of, after a number: of one ledger, or of the companies' own."""
        found = self._ledger.books.storage.facts(after)
        books = self._ledger.books.master.books
        told: list[JSON] = [
            {"number": number, "kind": kind, "subject": subject, "sequence": sequence, "data": data, "at": at}
            for number, kind, own, subject, sequence, data, at in found
            if own == ledger or (not ledger and not books[own].is_second)
        ]
        return {"count": len(told), "facts": told}

    def party_of(self, customer: str, entity: str) -> Answer:
        """Show the party of a customer in one company, and how many the company has of his account."""
        there = [one for one in self._ledger.books.storage.parties(legal_entity=entity) if not one.merged_into]
        party = next((one for one in there if one.customer_id == customer), None)
        if party is None:
            return {"count": 0}
        return {
            "count": sum(one.customer_id == customer or _is_of_account(one, party) for one in there),
            "name": party.name,
            "entity": party.legal_entity,
            "currency": party.currency,
            "terms": party.terms,
            "tax_id": party.tax_id,
            "parent": party.parent,
            "country": party.extra.get("country", ""),
            "bill_to": party.extra.get("bill_to", ""),
            "synthetic": party.synthetic,
        }

    def merge_of(self, customer: str, entity: str) -> Answer:
        """Show into which customer's party that of a customer was merged, and what moved with it."""
        storage = self._ledger.books.storage
        lost = next((one for one in storage.parties(customer, entity) if one.merged_into), None)
        kept = storage.party(lost.merged_into) if lost else None
        if lost is None or kept is None:
            return {"count": 0}
        return {**self._cash_answer(lost.id, "merge", entity), "count": 1, "survivor": kept.customer_id}

    def posting_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is posted for an invoice."""
        return self._posting_answer(invoice, "invoice", ledger)

    def credit_posting_of(self, credit: str, ledger: str = "") -> Answer:
        """Show what is posted for a credit note."""
        return self._posting_answer(credit, "credit", ledger)

    def refund_posting_of(self, refund: str, ledger: str = "") -> Answer:
        """Show what is posted for a refund."""
        return self._marked(refund, "refund", ledger)

    def dispute_posting_of(self, dispute: str, ledger: str = "") -> Answer:
        """Show what is posted for a dispute: its opening, and on which day it was closed ("" while it is open)."""
        ends = [self._marked(dispute, f"dispute-{end}", ledger) for end in ("won", "lost")]
        return shown_dispute(self._marked(dispute, "dispute-opened", ledger), ends)

    def payout_posting_of(self, payout: str, ledger: str = "") -> Answer:
        """Show what is posted for a payout of the PSP: what the bank got, the fees, and both together."""
        found = self._cash_answer(payout, "payout", ledger)
        postings = [one for one in self._ledger.books.storage.postings(payout, ledger) if one.key.kind == "payout"]
        if not postings:
            return found
        by_account = {line.account: line.functional for line in postings[0].lines}
        gross = -by_account.get(CLEARING, 0)
        return {**found, "amount": by_account.get(BANK, 0), "fees": by_account.get(FEES, 0), "gross": gross}

    def termination_posting_of(self, subscription: str, ledger: str = "") -> Answer:
        """Show what a termination without refund turned into revenue."""
        found = self._marked(subscription, "termination", ledger)
        postings = self._postings(subscription, "termination", ledger)
        return {**found, "contract": postings[0].contract_id} if postings else found

    def write_off_posting_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is posted where an invoice was given up."""
        return self._marked(invoice, "write-off", ledger)

    def loss_posting_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is posted for a loss expected on an invoice, and on which day that was undone ("" if it stands)."""
        found = self._postings(invoice, "allowance", ledger)
        after = {one.reverses: str(one.posting_date) for one in self._ledger.books.storage.postings(invoice)}
        shown = self._cash_answer(invoice, "allowance", ledger)
        return {**shown, "reversed_on": after.get(found[0].journal_number, "")} if found else shown

    def accrual_posting_of(self, usage: str, ledger: str = "") -> Answer:
        """Show what is posted for usage that was accrued before it was billed."""
        return self._marked(usage, "accrual", ledger)

    def revaluation_of(self, invoice: str, day: str, ledger: str = "") -> Answer:
        """Show how an open foreign receivable was revalued on a day (a gain is positive), and when that was undone."""
        kind = f"revaluation-{day}"
        found = [one for one in self._ledger.books.storage.postings(invoice, ledger) if one.key.kind == kind]
        if not found:
            return {"count": 0}
        after = [two for two in self._ledger.books.storage.postings(invoice) if two.reverses == found[0].journal_number]
        return {
            **self._cash_answer(invoice, kind, ledger),
            "amount": found[0].lines[0].functional,
            "rate": found[0].rate,
            "reversed_on": str(after[0].posting_date) if after else "",
        }

    def rate_of(self, currency: str, ledger: str, day: str) -> Answer:
        """Show the rate of exchange that counts on a day."""
        master = self._ledger.books.master
        try:
            rate = master.rate(currency, master.of(ledger).currency, date.fromisoformat(day))
        except LedgerRefusal as error:
            if error.code == "rate-missing":
                return {"count": 0}
            raise
        value, table, _ = rate.text.split(" ")
        return {"count": 1, "rate": value, "rate_date": str(rate.day), "table": table}

    def schedule_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show the deferral schedules of an invoice, summed."""
        return shown_schedules(self._deferrals(invoice, ledger))

    def application_of(self, payment: str) -> Answer:
        """Show to what a payment was applied."""
        books = self._ledger.books.master.books
        found = [
            one
            for one in self._ledger.books.storage.applications(payment)
            if not books[one.ledger].is_second and not one.reversed_at
        ]
        if not found:
            return {"count": 0}
        one = found[0]
        posting = next(
            two for two in self._ledger.books.storage.postings(payment, one.ledger) if two.key.kind == "payment"
        )
        return {
            "count": len(found),
            "customer": next((line.dimension for line in posting.lines if line.dimension), ""),
            "account": posting.lines[0].account,
            "source": posting.key.source_system,
            "synthetic": posting.synthetic,
            "applied_to": one.invoice_id,
            "amount": one.amount,
            "unapplied": one.unapplied,
            "realised_fx": one.realised_fx,
            "applied_on": str(one.applied_on),
        }

    def receivable_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is owed on an invoice."""
        item = self._item(invoice, ledger)
        if item is None:
            return {"count": 0}
        return {
            "count": 1,
            "open": item.open,
            "total": item.total,
            "currency": item.currency,
            "credits_applied": item.credits_applied,
            "cash_applied": item.cash_applied,
            "written_off": item.written_off,
            "due_date": str(item.due_date),
            "dunning_level": item.dunning_level,
            "collected_by": item.collected_by,
        }

    def balances_of(self, ledger: str, through: str = "", customer: str = "") -> Answer:
        """Show the trial balance with its control totals, of a whole ledger or of what one customer brought to it."""
        storage = self._ledger.books.storage
        items = [one for one in storage.open_items(ledger) if customer in {"", one.party}]
        named = {one.invoice_id for one in items}
        waiting = [one for one in storage.deferrals(ledger=ledger) if not customer or one.invoice_id in named]
        found = self._brought(ledger, through, customer, named) if customer else storage.balances(ledger, through)
        currency = self._ledger.books.master.of(ledger).currency
        return {
            "count": 1,
            "balance": sum(found.values()),
            "receivable": found.get(self._account(RECEIVABLE, ledger), 0),
            "customer_credit": -found.get(self._account(CREDIT, ledger), 0),
            "unbilled": found.get(self._account(UNBILLED, ledger), 0),
            "disputed": found.get(self._account(DISPUTED, ledger), 0),
            "clearing": found.get(self._account(CLEARING, ledger), 0),
            "output_tax": -found.get(self._account(TAX, ledger), 0),
            "deferred": sum(one.remaining for one in waiting),
            "open_items": sum(item.open for item in items if item.currency == currency),
            "revenue": -sum(found.get(self._account(one, ledger), 0) for one in REVENUES),
            "credit_losses": found.get(self._account(CREDIT_LOSSES, ledger), 0),
        }

    def _brought(self, ledger: str, through: str, customer: str, invoices: set[str]) -> dict[str, int]:
        """Return the balances of what is posted for a customer: on a shared ledger others post at the same time."""
        found: dict[str, int] = {}
        personal = {self._account(one, ledger) for one in (RECEIVABLE, CREDIT)}
        for one in self._ledger.books.storage.postings(ledger=ledger):
            is_of = one.key.object_id in invoices or any(line.dimension == customer for line in one.lines)
            if is_of and (not through or one.period <= through):
                for line in one.lines:
                    # what an invoice was addressed to before a merger is the other party's, and so are its moves
                    if line.account not in personal or line.dimension == customer:
                        found[line.account] = found.get(line.account, 0) + line.functional
        return found

    def period_of(self, ledger: str, period: str) -> Answer:
        """Show the state of a period."""
        storage = self._ledger.books.storage
        return {
            "count": 1,
            "state": storage.period_state(ledger, period),
            "changed_at": storage.period_changed_at(ledger, period),
            "postings": len(storage.postings(ledger=ledger, period=period)),
        }

    def journal_of(self, after: int = 0, limit: int = 200) -> Answer:
        """Show what was posted after a number, in order: what metrics of the ledger are counted from."""
        found = self._ledger.books.storage.postings_after(after, limit)
        rows: list[JSON] = [{"number": number, **self._journal_row(one)} for number, one in found]
        return {"count": len(rows), "rows": rows}

    def leftovers_of(self, before: int) -> Answer:
        """Show the receipts of probes that were booked before a time and are not applied to anything."""
        storage = self._ledger.books.storage
        undone = {one.reverses for one in storage.postings() if one.reverses}
        found = [
            one.journal_number
            for one in storage.postings()
            if one.key.kind == "payment"
            and one.synthetic
            and not self._ledger.books.master.of(one.key.ledger).is_second
            and one.journal_number not in undone
            and datetime.fromisoformat(one.posted_at).timestamp() < before
            and all(two.amount == 0 and two.unapplied for two in storage.applications(one.key.object_id))
        ]
        return {"count": len(found), "receipts": ",".join(found)}

    def _journal_row(self, one: Posting) -> Answer:
        facts = posting_facts(one, 1, "", self._accounts_of(one))
        row = {name: facts[name] for name in ("entity", "ledger", "currency", "total", "tax", "synthetic")}
        row |= {"kind": one.key.kind, "object": one.key.object_id, "journal_number": one.journal_number}
        row |= {"posted_at": one.posted_at, "reverses": one.reverses or ""}
        row["is_second"] = self._ledger.books.master.of(one.key.ledger).is_second
        if one.key.kind == "payment":
            applied = self._ledger.books.storage.applications(one.key.object_id)
            row["unapplied"] = sum(two.unapplied for two in applied if two.ledger == one.key.ledger)
            row["invoice"] = next((two.invoice_id for two in applied if two.amount), "")
        return row

    def _posting_answer(self, object_id: str, kind: str, ledger: str) -> Answer:
        found = self._postings(object_id, kind, ledger)
        undone = {one.reverses: one for one in self._ledger.books.storage.postings(object_id) if one.reverses}
        live = [one for one in found if one.journal_number not in undone]
        if not live:
            return {"count": 0}
        return posting_facts(live[0], len(live), self._reason(live[0]), self._accounts_of(live[0]))

    def _cash_answer(self, object_id: str, kind: str, ledger: str) -> Answer:
        found = self._postings(object_id, kind, ledger)
        if not found:
            return {"count": 0}
        one = found[0]
        return {
            "count": len(found),
            "source": one.key.source_system,
            "entity": one.legal_entity,
            "currency": one.currency,
            "amount": sum(line.functional for line in one.lines if line.functional > 0),
            "accounts": ",".join(sorted({line.account for line in one.lines})),
            "posting_date": str(one.posting_date),
        }

    def _marked(self, object_id: str, kind: str, ledger: str) -> Answer:
        """Show a posting together with its synthetic mark: what a probe moves must not count as real."""
        found = self._postings(object_id, kind, ledger)
        return self._cash_answer(object_id, kind, ledger) | ({"synthetic": found[0].synthetic} if found else {})

    def _postings(self, object_id: str, kind: str, ledger: str) -> list[Posting]:
        """Return postings in one ledger; where none is named, in the one that counts today: twice is no duplicate.

        What is not there is shown from the company's own ledger, and else from the one that counted on its day.
        """
        found = [one for one in self._ledger.books.storage.postings(object_id, ledger) if one.key.kind == kind]
        if ledger:
            return found
        books, record = self._ledger.books, self._ledger.books.master.book_of_record
        today = [one for one in found if one.key.ledger == record(one.legal_entity, books.today(one.key.ledger))]
        own = [one for one in found if not books.master.of(one.key.ledger).is_second]
        return today or own or [one for one in found if one.key.ledger == record(one.legal_entity, one.posting_date)]

    def _reason(self, posting: Posting) -> str:
        codes = [line.tax_code for line in posting.lines if line.tax_code]
        master = self._ledger.books.master
        return master.tax_reason(codes[0], posting.legal_entity, posting.document_date) if codes else ""

    def _accounts_of(self, posting: Posting) -> tuple[str, frozenset[str]]:
        """Return the account of output tax and those of what the customer owes or is owed, in the chart of a ledger."""
        ledger, day = posting.key.ledger, posting.posting_date
        account = self._ledger.books.master.account
        return account(TAX, ledger, day), frozenset(account(name, ledger, day) for name in (RECEIVABLE, CREDIT))

    def _party_id(self, customer: str, entity: str) -> str:
        found = [one for one in self._ledger.books.storage.parties(customer, entity) if not one.merged_into]
        if not found:
            raise RefusedError(PORT, "party-unknown", f"{customer} has no party in {entity}")
        return found[0].id

    def _account(self, cloud: str, ledger: str) -> str:
        return self._ledger.books.master.account(cloud, ledger, self._ledger.books.today(ledger))

    def _item(self, invoice: str, ledger: str) -> OpenItem | None:
        storage = self._ledger.books.storage
        if ledger:
            return storage.open_item(invoice, ledger)
        books = self._ledger.books
        found = [item for name in books.master.books if (item := storage.open_item(invoice, name))]
        counting = [
            one for one in found if one.ledger == books.master.book_of_record(one.legal_entity, books.today(one.ledger))
        ]
        own = [one for one in found if not books.master.of(one.ledger).is_second]
        return next(iter(counting or own), None)

    def _deferrals(self, invoice: str, ledger: str) -> list[Deferral]:
        found = self._ledger.books.storage.deferrals(invoice, ledger)
        books = self._ledger.books.master.books
        return [one for one in found if ledger or not books[one.ledger].is_second]


def _is_of_account(one: Party, other: Party) -> bool:
    """Whether two parties are of one account: the key that does not change with the system that makes customers."""
    return bool(one.extra.get("account")) and one.extra.get("account") == other.extra.get("account")
