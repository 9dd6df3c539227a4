"""The ledger behind the `erp` port: deeds that post; what it shows is in `looks`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from harness.model import JSON
from synthetic.deeds import Answer, Attempt, RefusedError
from synthetic.sandboxes.ledger.books import Taken
from synthetic.sandboxes.ledger.ledger import Ledger
from synthetic.sandboxes.ledger.looks import BOOKED_IN, PORT, LedgerLooks
from synthetic.sandboxes.ledger.values import RefusedError as LedgerRefusal


class LedgerPort(LedgerLooks):
    """Adapter of one ledger; an operation is a public method with the names of its request."""

    def __init__(self, ledger: Ledger) -> None:
        """Serve this ledger."""
        super().__init__(ledger)
        self._operations: Mapping[str, Callable[..., Answer]] = {
            name: getattr(self, name) for name in dir(self) if not name.startswith("_") and name != "call"
        }

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call; a refusal of the ledger is a refusal of the port."""
        operation = self._operations.get(attempt.operation)
        if operation is None:
            raise RefusedError(PORT, "operation-unknown", f"no operation {attempt.operation}")
        try:
            return operation(**attempt.request)
        except LedgerRefusal as error:
            raise RefusedError(PORT, error.code, error.message) from None

    def register_party(self, customer: Mapping[str, JSON]) -> Answer:
        """Take a customer."""
        return {"id": self._ledger.sales.register_party(customer).id}

    def merge_parties(self, loser: str, survivor: str, day: str, entity: str = "") -> Answer:
        """Merge a party into another, or that of a customer into that of another where the company is named."""
        if entity:
            loser, survivor = self._party_id(loser, entity), self._party_id(survivor, entity)
        taken = self._ledger.sales.merge_parties(loser, survivor, date.fromisoformat(day))
        return {"journal_number": taken.posting.journal_number}

    def promise(self, invoice: str, ledger: str, day: str) -> Answer:
        """Note the day until which a customer promised to pay; what an accountant does in the ledger, and no probe."""
        return {"promised_on": self._ledger.cash.promise(invoice, ledger, date.fromisoformat(day)).promised_on}

    def post_invoice(self, invoice: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post a finalised invoice."""
        return _taken(self._ledger.sales.post_invoice(invoice, ledger))

    def void_invoice(self, invoice: str, ledger: str) -> Answer:
        """Reverse the posting of a voided invoice."""
        taken = self._ledger.sales.void_invoice(invoice, ledger, self._ledger.books.today(ledger))
        return {"journal_number": taken.posting.journal_number, "replayed": taken.is_replay}

    def post_credit(self, credit: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post a credit note."""
        return _taken(self._ledger.sales.post_credit(credit, ledger))

    def forfeit(self, termination: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Turn what is unearned into termination revenue."""
        return {"journal_number": self._ledger.sales.forfeit(termination, ledger).posting.journal_number}

    def accrue_usage(self, usage: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post rated usage before its invoice."""
        return {"journal_number": self._ledger.sales.accrue_usage(usage, ledger).posting.journal_number}

    def apply_payment(self, payment: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post and apply a payment."""
        taken = self._ledger.cash.apply_payment(payment, ledger)
        return {"journal_number": taken.posting.journal_number, "replayed": taken.is_replay}

    def receive_transfer(self, payment: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Book a bank line and apply it by its reference; who asks for receipts hears of it.

        The bank belongs to the book of record of the value date, unless a ledger is named.
        """
        if not ledger:
            day = date.fromisoformat(str(payment["value_date"]))
            ledger = self._ledger.books.master.book_of_record(str(payment["legal_entity"]), day)
        with self._ledger.books.storage.transaction("erp.receive-transfer"):
            books = self._ledger.books
            if not books.storage.applications(str(payment["id"])):
                books.telling.receipt(payment, ledger, books.stamp())
            taken = self._ledger.cash.apply_payment(payment, ledger)
            books.storage.add_receipt(str(payment["id"]), {**payment, BOOKED_IN: ledger})
        return {"id": payment["id"], "journal_number": taken.posting.journal_number, "replayed": taken.is_replay}

    def post_payout(self, payout: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post a payout of the PSP."""
        return {"journal_number": self._ledger.cash.post_payout(payout, ledger).posting.journal_number}

    def post_refund(self, refund: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post a refund."""
        return {"journal_number": self._ledger.cash.post_refund(refund, ledger).posting.journal_number}

    def open_dispute(self, dispute: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post a chargeback."""
        return {"journal_number": self._ledger.cash.open_dispute(dispute, ledger).posting.journal_number}

    def close_dispute(self, dispute: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post the end of a dispute."""
        return {"journal_number": self._ledger.cash.close_dispute(dispute, ledger).posting.journal_number}

    def assign_collection(self, invoice: str, terms: str, ledger: str) -> Answer:
        """Give an open item other terms, and with them another collector."""
        return {"collected_by": self._ledger.cash.assign_collection(invoice, terms, ledger).collected_by}

    def expect_loss(self, loss: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Post an expected credit loss."""
        return {"journal_number": self._ledger.cash.expect_loss(loss, ledger).posting.journal_number}

    def write_off(self, request: Mapping[str, JSON], ledger: str = "") -> Answer:
        """Give up an open receivable."""
        return {"journal_number": self._ledger.cash.write_off(request, ledger).posting.journal_number}

    def recognise(self, ledger: str, through: str) -> Answer:
        """Recognise what is earned."""
        return {"postings": len(self._ledger.closing.recognise(ledger, date.fromisoformat(through)))}

    def revalue(self, ledger: str, day: str) -> Answer:
        """Revalue open foreign receivables."""
        return {"postings": len(self._ledger.closing.revalue(ledger, date.fromisoformat(day)))}

    def reverse(self, journal_number: str, day: str, who: str, reason: str) -> Answer:
        """Undo a posting."""
        taken = self._ledger.closing.reverse(journal_number, date.fromisoformat(day), who, reason)
        return {"journal_number": taken.posting.journal_number}

    def close_period(self, ledger: str, period: str, who: str, *, lock: bool = False) -> Answer:
        """Close a period."""
        self._ledger.closing.close_period(ledger, period, who, lock=lock)
        storage = self._ledger.books.storage
        changed = storage.period_changed_at(ledger, period)
        postings = len(storage.postings(ledger=ledger, period=period))
        return {"state": storage.period_state(ledger, period), "changed_at": changed, "postings": postings}

    def reopen_period(self, ledger: str, period: str, who: str, second: str, reason: str) -> Answer:
        """Open a closed period."""
        self._ledger.closing.reopen_period(ledger, period, who, second, reason)
        return {"state": "open"}

    def dun(self, ledger: str, today: str) -> Answer:
        """Send the notices that are due."""
        raised = self._ledger.cash.dun(ledger, date.fromisoformat(today))
        return {"notices": len(raised)}


def _taken(taken: Taken) -> Answer:
    posting = taken.posting
    return {
        "journal_number": posting.journal_number,
        "replayed": taken.is_replay,
        "posting_date": str(posting.posting_date),
        "posting_period": posting.period,
        "posted_at": posting.posted_at,
        "late": posting.late,
    }
