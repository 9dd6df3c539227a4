"""Tryton behind the `erp` port: the same operations as the embedded ledger, on a real ERP in another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from harness.model import JSON
from synthetic.deeds import Answer, Attempt, RefusedError
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.shown import shown_dispute
from synthetic.sandboxes.ledger.values import RefusedError as LedgerRefusal
from synthetic.sandboxes.tryton.books import Books, Recognition, Taken, refused
from synthetic.sandboxes.tryton.cash import Cash
from synthetic.sandboxes.tryton.cash_looks import CashLooks
from synthetic.sandboxes.tryton.closing import Closing
from synthetic.sandboxes.tryton.journal import Journal
from synthetic.sandboxes.tryton.looks import Looks
from synthetic.sandboxes.tryton.parties import Parties
from synthetic.sandboxes.tryton.sales import Sales
from synthetic.sandboxes.tryton.schedules import Schedules
from synthetic.systems.tryton import Tryton, TrytonRefusalError

_PORT = "erp"
_Json = Mapping[str, JSON]


class TrytonPort:
    """Adapter of one Tryton; an operation is a public method with the names of its request.

    Args:
        tryton: A session.
        master: Master data and mappings.
        now: The clock, aware UTC.
        recognition: Who recognises revenue.
    """

    def __init__(
        self, tryton: Tryton, master: Master, now: Callable[[], datetime], recognition: Recognition = Recognition.DAILY
    ) -> None:
        """Keep them; nothing is asked yet."""
        self._now = now
        books = Books(tryton, master, now, recognition)
        self._schedules = Schedules(books)
        self._parties = Parties(books)
        self._sales = Sales(books, self._schedules)
        self._cash = Cash(books)
        self._closing = Closing(books)
        self._looks = Looks(books, self._schedules)
        self._cash_looks = CashLooks(books, self._looks)
        self._postings = Journal(books)
        self._operations: Mapping[str, Callable[..., Answer]] = {
            name: getattr(self, name) for name in dir(self) if not name.startswith("_") and name != "call"
        }

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call; a refusal of Tryton or of the mappings is a refusal of the port."""
        operation = self._operations.get(attempt.operation)
        if operation is None:
            raise RefusedError(_PORT, "operation-unknown", f"no operation {attempt.operation}")
        try:
            return operation(**attempt.request)
        except TrytonRefusalError as error:
            known = refused(error)
            raise RefusedError(_PORT, known.code, known.message) from None
        except LedgerRefusal as error:
            raise RefusedError(_PORT, error.code, error.message) from None

    # deeds

    def register_party(self, customer: _Json) -> Answer:
        """Take a customer."""
        return {"id": self._parties.register(customer)}

    def merge_parties(self, loser: str, survivor: str, day: str, entity: str) -> Answer:
        """Merge the party that a customer has in a company into that of another."""
        merged = self._parties.merge(loser, survivor, entity, date.fromisoformat(day))
        return {
            "journal_number": f"{entity}/{merged.move}" if merged.move else "",
            "replayed": merged.is_replay,
            "posting_date": str(merged.posting_date),
        }

    def post_invoice(self, invoice: _Json, ledger: str = "") -> Answer:
        """Post a finalised invoice."""
        return self._journal(self._sales.post_invoice(invoice, ledger))

    def void_invoice(self, invoice: str, ledger: str) -> Answer:
        """Cancel a voided invoice."""
        return self._journal(self._sales.void_invoice(invoice, ledger))

    def post_credit(self, credit: _Json, ledger: str = "") -> Answer:
        """Post a credit note."""
        return self._journal(self._sales.post_credit(credit, ledger))

    def forfeit(self, termination: _Json, ledger: str = "") -> Answer:
        """Turn what is unearned into termination revenue."""
        return self._journal(self._sales.forfeit(termination, ledger))

    def accrue_usage(self, usage: _Json, ledger: str = "") -> Answer:
        """Post rated usage before its invoice."""
        return self._journal(self._sales.accrue_usage(usage, ledger))

    def apply_payment(self, payment: _Json, ledger: str = "") -> Answer:
        """Post and apply a payment."""
        return self._journal(self._cash.apply_payment(payment, ledger))

    def receive_transfer(self, payment: _Json) -> Answer:
        """Book a bank line and apply it by its reference; who asks for receipts hears of it."""
        return {"id": payment["id"], **self._journal(self._cash.receive_transfer(payment))}

    def post_payout(self, payout: _Json) -> Answer:
        """Post a payout of the PSP."""
        return self._journal(self._cash.post_payout(payout))

    def post_refund(self, refund: _Json, ledger: str = "") -> Answer:
        """Post a refund."""
        return self._journal(self._cash.post_refund(refund, ledger))

    def open_dispute(self, dispute: _Json, ledger: str = "") -> Answer:
        """Post a chargeback."""
        return self._journal(self._cash.open_dispute(dispute, ledger))

    def close_dispute(self, dispute: _Json, ledger: str = "") -> Answer:
        """Post the end of a dispute."""
        return self._journal(self._cash.close_dispute(dispute, ledger))

    def expect_loss(self, loss: _Json, ledger: str = "") -> Answer:
        """Post an expected credit loss."""
        return self._journal(self._cash.expect_loss(loss, ledger))

    def write_off(self, request: _Json, ledger: str = "") -> Answer:
        """Give up an open receivable."""
        return self._journal(self._cash.write_off(request, ledger))

    def recognise(self, ledger: str, through: str) -> Answer:
        """Recognise what is earned."""
        return {"postings": self._schedules.recognise(ledger, date.fromisoformat(through))}

    def revalue(self, ledger: str, day: str) -> Answer:
        """Revalue open foreign receivables."""
        return {"postings": self._closing.revalue(ledger, date.fromisoformat(day))}

    def reverse(self, journal_number: str, day: str, who: str, reason: str) -> Answer:
        """Undo a posting."""
        return self._journal(self._closing.reverse(journal_number, date.fromisoformat(day), who, reason))

    def close_period(self, ledger: str, period: str, who: str, *, lock: bool = False) -> Answer:
        """Close a period; Tryton records who pressed the button, and closes hard whether or not to `lock`."""
        del lock
        if not who:
            raise RefusedError(_PORT, "approval-missing", "closing a period needs a person")
        self._closing.close_period(ledger, period)
        shown = self._looks.period(ledger, period)
        return {name: shown[name] for name in ("state", "changed_at", "postings")}

    def reopen_period(self, ledger: str, period: str, who: str, second: str, reason: str) -> Answer:
        """Open a closed period."""
        return {"state": self._closing.reopen_period(ledger, period, who, second, reason)}

    def dun(self, ledger: str, today: str) -> Answer:
        """Send the notices that are due."""
        return {"notices": self._cash.dun(ledger, date.fromisoformat(today))}

    # looks

    def party_of(self, customer: str, entity: str) -> Answer:
        """Show the party of a customer in one company."""
        return self._looks.party(customer, entity)

    def merge_of(self, customer: str, entity: str) -> Answer:
        """Show into which customer's party that of a customer was merged, and what moved with it."""
        found = self._parties.merged_of(customer, entity)
        return {**self._looks.cash(f"pa_{customer}_{entity}", "merge", entity), **found} if found["count"] else found

    def posting_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is posted for an invoice."""
        return self._looks.posting(invoice, "invoice", ledger)

    def credit_posting_of(self, credit: str, ledger: str = "") -> Answer:
        """Show what is posted for a credit note."""
        return self._looks.posting(credit, "credit", ledger)

    def schedule_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show the deferral schedules of an invoice, summed."""
        return self._looks.schedule(invoice, ledger)

    def application_of(self, payment: str) -> Answer:
        """Show to what a payment was applied."""
        return self._looks.application(payment)

    def receivable_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is owed on an invoice."""
        return self._looks.receivable(invoice, ledger)

    def receipts_of(self, after: int = 0) -> Answer:
        """Show the bank receipts booked after a number: what billing must be told of."""
        found = self._cash.receipts(after)
        return {"count": len(found), "receipts": [{"number": number, "payment": body} for number, body in found]}

    def refund_posting_of(self, refund: str, ledger: str = "") -> Answer:
        """Show what is posted for a refund."""
        return self._looks.marked(refund, "refund", ledger)

    def dispute_posting_of(self, dispute: str, ledger: str = "") -> Answer:
        """Show what is posted for a dispute: its opening, and when and by whom it was closed ("" while it is open)."""
        ends = [self._looks.marked(dispute, f"dispute-{end}", ledger) for end in ("won", "lost")]
        return shown_dispute(self._looks.marked(dispute, "dispute-opened", ledger), ends)

    def payout_posting_of(self, payout: str, ledger: str = "") -> Answer:
        """Show what is posted for a payout of the PSP."""
        return self._cash_looks.payout(payout, ledger)

    def termination_posting_of(self, subscription: str, ledger: str = "") -> Answer:
        """Show what a termination without refund turned into revenue."""
        return self._looks.marked(subscription, "termination", ledger, "contract")

    def write_off_posting_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is posted where an invoice was given up."""
        return self._looks.marked(invoice, "write-off", ledger)

    def loss_posting_of(self, invoice: str, ledger: str = "") -> Answer:
        """Show what is posted for a loss expected on an invoice, and on which day that was undone."""
        return self._cash_looks.loss(invoice, ledger)

    def accrual_posting_of(self, usage: str, ledger: str = "") -> Answer:
        """Show what is posted for usage that was accrued before it was billed."""
        return self._looks.marked(usage, "accrual", ledger)

    def revaluation_of(self, invoice: str, day: str, ledger: str = "") -> Answer:
        """Show how an open foreign receivable was revalued on a day."""
        return self._cash_looks.revaluation(invoice, day, ledger)

    def rate_of(self, currency: str, ledger: str, day: str) -> Answer:
        """Show the rate of exchange that counts on a day."""
        return self._cash_looks.rate(currency, ledger, day)

    def balances_of(self, ledger: str, through: str = "", customer: str = "") -> Answer:
        """Show the trial balance with its control totals, of a whole ledger or of what one customer brought to it."""
        return self._looks.balances(ledger, through, customer)

    def period_of(self, ledger: str, period: str) -> Answer:
        """Show the state of a period."""
        return self._looks.period(ledger, period)

    def journal_of(self, after: int = 0, limit: int = 200) -> Answer:
        """Show what was posted after a number, in order: what metrics of the books are counted from."""
        return self._postings.after(after, limit)

    def leftovers_of(self, before: int) -> Answer:
        """Show the receipts of probes that were booked before a time and are not applied to anything."""
        return self._postings.leftovers(before)

    def _journal(self, taken: Taken) -> Answer:
        posting = taken.posting
        return {
            "journal_number": posting.journal_number or f"{posting.key.ledger}/{taken.record}",
            "replayed": taken.is_replay,
            "posting_date": str(posting.posting_date),
            "posting_period": posting.period,
            "posted_at": posting.posted_at or f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "late": posting.late,
        }
