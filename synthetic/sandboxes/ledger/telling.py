"""What the ledger tells others of what it did: facts of contracts/events/erp-events, kept with the change itself.

A fact is written in the transaction that makes it true, so that none is told that is not so and none is lost; whoever
carries them to the bus asks for those after the last one it has. `invoice.posted` and `credit.posted` are not among
them: their poster is told by the answer it gets. Of a ledger that is not the book of record only entries are told.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from synthetic.sandboxes.ledger.journal import journal_entry
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rules_sales import Document, text, whole
from synthetic.sandboxes.ledger.storage import Storage
from synthetic.sandboxes.ledger.values import Application, OpenItem, Party, Posting

_STATES = {"soft-closed": "soft_closed", "locked": "locked", "open": "reopened"}


class Telling:
    """Writes facts; every method is called inside the transaction of what it tells."""

    def __init__(self, master: Master, storage: Storage) -> None:
        """Keep them in `storage`."""
        self._master = master
        self._storage = storage

    def party(self, party: Party, at: str) -> None:
        """Tell that a party is new."""
        body = {
            "party_id": party.id,
            "customer_id": party.customer_id,
            "legal_entity": party.legal_entity,
            "currency": party.currency,
            "payment_terms": party.terms,
            "ar_group": f"AR-{party.legal_entity[:2]}-{party.terms}",
        }
        self._tell("party.created", party.legal_entity, party.customer_id, body, at)

    def receipt(self, payment: Document, ledger: str, at: str) -> None:
        """Tell that the bank's line of a transfer is in the books, applied to nothing yet."""
        body = {
            "id": text(payment, "id"),
            "customer_id": text(payment, "customer_id") or None,
            "legal_entity": text(payment, "legal_entity"),
            "currency": text(payment, "currency"),
            "amount": whole(payment, "amount"),
            "method": "bank_transfer",
            "status": "received",
            "value_date": text(payment, "value_date"),
            "bank_reference": text(payment, "bank_reference") or text(payment, "invoice_id") or text(payment, "id"),
            "unapplied": whole(payment, "amount"),
        }
        self._tell("bank_receipt.booked", ledger, text(payment, "id"), body, at, versioned=True)

    def applied(self, found: Application, item: OpenItem, payment: Document, at: str) -> None:
        """Tell that money was applied; `item` is as it was before."""
        body = self._application(found, item, at) | {
            "amount": whole(payment, "amount"),
            "unapplied": found.unapplied,
            "open_after": item.open - found.amount,
            "realised_fx": found.realised_fx,
        }
        self._tell("payment.applied", found.ledger, found.payment_id, body, at, versioned=True)

    def unapplied(self, found: Application, item: OpenItem, at: str) -> None:
        """Tell that an application was undone; `item` is as it was before."""
        body = self._application(found, item, at) | {
            "amount": found.amount + found.unapplied,
            "unapplied": found.amount + found.unapplied,
            "open_after": item.open + found.amount,
        }
        self._tell("payment.unapplied", found.ledger, found.payment_id, body, at, versioned=True)

    def written_off(self, item: OpenItem, approver: str, posting: Posting, at: str) -> None:
        """Tell that what was open of an item is given up; `item` is as it was before."""
        body = self._item(item) | {
            "customer_id": item.party,
            "written_off": item.open,
            "open": 0,
            "approved_by": approver,
            "journal_number": posting.journal_number,
        }
        self._tell("write_off.posted", item.ledger, item.id, body, at)

    def dunned(self, item: OpenItem, at: str) -> None:
        """Tell that the dunning level of an item was raised."""
        body = self._item(item) | {
            "invoice_number": item.number or item.invoice_id,
            "customer_id": item.party,
            "open": item.open,
            "due_date": str(item.due_date),
            "dunning_level": item.dunning_level,
            "dunning_owner": "erp",
            "last_dunned_at": at,
        }
        self._tell("dunning.level_changed", item.ledger, item.id, body, at)

    def reversed(self, posting: Posting) -> None:
        """Tell that an entry was undone by another one."""
        currency = self._master.of(posting.key.ledger).currency
        body = journal_entry(posting, currency)
        least = posting.source_version
        self._storage.tell(
            "posting.reversed", posting.key.ledger, posting.key.object_id, body, posting.posted_at, least
        )

    def period(self, ledger: str, period: str, state: str, who: tuple[str, str], at: str) -> None:
        """Tell that a period changed; `who` are the one who approved and the one who asked ("" if nobody did)."""
        approver, requester = who
        status = _STATES[state]
        body = {"ledger": ledger, "period": period, "status": status, "changed_at": at, "approved_by": approver}
        body |= {"requested_by": requester} if requester else {}
        body |= {"_entity": self._master.of(ledger).legal_entity}
        self._storage.tell(f"period.{status}", ledger, f"{ledger}:{period}", body, at)

    def _application(self, found: Application, item: OpenItem, at: str) -> dict[str, Any]:
        return self._item(item) | {
            "id": found.payment_id,
            "customer_id": item.party,
            "applied_amount": found.amount,
            "applied_at": at,
        }

    def _item(self, item: OpenItem) -> dict[str, Any]:
        return {
            "open_item_id": item.id,
            "invoice_id": item.invoice_id,
            "legal_entity": item.legal_entity,
            "currency": item.currency,
        }

    def _tell(
        self, kind: str, ledger: str, subject: str, body: dict[str, Any], at: str, *, versioned: bool = False
    ) -> None:
        books, day = self._master.of(ledger), self._day(at, ledger)
        if ledger != self._master.book_of_record(books.legal_entity, day):
            return
        self._storage.tell(kind, ledger, subject, body, at, versioned=versioned)

    def _day(self, at: str, ledger: str) -> date:
        return datetime.fromisoformat(at).astimezone(self._master.of(ledger).zone).date()
