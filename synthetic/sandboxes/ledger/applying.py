"""Cash application as a work list: receipts applied later, applications undone, parties merged.

A receipt's money that no invoice took waits in customer credit. Applying moves it to a receivable, undoing moves it
back: what the bank has and what the customer owes in all does not change, only which document it settles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from harness.model.money import share
from synthetic.sandboxes.ledger import rules_cash
from synthetic.sandboxes.ledger.books import Books, Taken
from synthetic.sandboxes.ledger.rules_sales import CREDIT, RECEIVABLE, Document, Leg, text, whole
from synthetic.sandboxes.ledger.values import Application, OpenItem, Party, RefusedError


class Applying:
    """What is done with money that is there already; every operation is one transaction."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def receipts(self) -> list[Document]:
        """Return the bank receipts as they were booked."""
        return [body for _, body in self._books.storage.receipts() if "application_of" not in body]

    def applications(self, receipt: Document) -> list[Application]:
        """Return what a receipt was applied to, undone applications as well."""
        ledger = text(receipt, "legal_entity")
        found = self._books.storage.applications(text(receipt, "id"))
        return [one for one in found if one.ledger == ledger and one.amount]

    def unapplied(self, receipt: Document) -> int:
        """Return how much of a receipt no invoice took, minor units."""
        return whole(receipt, "amount") - sum(one.amount for one in self.applications(receipt) if not one.reversed_at)

    def apply(self, receipt: Document, item: OpenItem, amount: int, key: str = "") -> Application:
        """Apply money of a receipt that waits in customer credit to an open item, today; under a key only once.

        Raises:
            RefusedError: `currency-differs`, `entity-differs`, `customer-differs`, `amount-invalid`,
                `exceeds-unapplied`, `exceeds-open`.
        """
        payment, ledger = text(receipt, "id"), item.ledger
        with self._books.storage.transaction("erp.apply-receipt"):
            known = self._books.storage.applications(payment)
            # whoever never saw the answer asks again, and the money must not go twice
            name = (
                f"{payment}_{hashlib.sha256(key.encode()).hexdigest()[:12]}" if key else f"{payment}_{len(known) + 1}"
            )
            if key and (done := next((one for one in known if one.id == name), None)):
                return done
            item = self._books.item(item.invoice_id, ledger)
            rest = self.unapplied(receipt)
            _check_application(receipt, item, amount, rest)
            carried = self._carried(receipt, rest, amount)
            booked = share(item.booked, amount, item.total)
            found = Application(
                payment,
                item.invoice_id,
                ledger,
                amount,
                rest - amount,
                self._books.today(ledger),
                realised_fx=carried - booked,
                booked=booked,
                id=name,
                applied_at=self._books.stamp(),
            )
            self._post(found, item, "application")
            self._books.storage.put(found)
            self._books.telling.applied(found, item, receipt, self._books.stamp())
            level = 0 if item.open == amount else item.dunning_level
            self._books.storage.put(replace(item, cash_applied=item.cash_applied + amount, dunning_level=level))
            # billing hears of it as of the receipt itself, or it would keep asking a customer who has paid
            told = {**receipt, "id": found.id, "amount": amount, "invoice_id": item.invoice_id}
            self._books.storage.add_receipt(found.id, told | {"application_of": payment})
        return found

    def unapply(self, found: Application, who: str, reason: str) -> Application:
        """Undo an application: the item is open again, the money waits in customer credit.

        Raises:
            RefusedError: `state`: it was undone before.
        """
        with self._books.storage.transaction("erp.unapply"):
            if found.reversed_at:
                raise RefusedError("state", f"the application was undone at {found.reversed_at}")
            item = self._books.item(found.invoice_id, found.ledger)
            self._post(found, item, "unapplication")
            undone = replace(found, reversed_at=self._books.stamp())
            self._books.storage.put(undone)
            self._books.telling.unapplied(found, item, self._books.stamp())
            self._books.storage.put(replace(item, cash_applied=item.cash_applied - found.amount))
            self._books.storage.record(self._books.stamp(), f"unapply {found.payment_id}", who, reason)
        return undone

    def merge(self, loser: Party, survivor: Party, who: str, reason: str) -> Party:
        """Merge a party into another: its open items and balances go there in one entry, nothing is deleted.

        Raises:
            RefusedError: `state`: it is merged already; `party-unknown`: no two parties of one company.
        """
        if loser.merged_into or survivor.merged_into:
            raise RefusedError("state", f"{(loser if loser.merged_into else survivor).id} is merged into another")
        if loser.id == survivor.id or loser.legal_entity != survivor.legal_entity:
            raise RefusedError("party-unknown", f"{loser.id} and {survivor.id} are no two parties of one company")
        with self._books.storage.transaction("erp.merge-parties"):
            ledger = loser.legal_entity
            legs = self._moved(loser, survivor)
            if legs:
                document: Document = {"id": loser.id, "source_system": "erp"}
                day = self._books.today(ledger)
                self._books.take_now(
                    lambda on: rules_cash.merged(self._books.master, document, ledger, on, legs), ledger, day
                )
            merged = replace(loser, merged_into=survivor.id)
            self._books.storage.put(merged)
            for item in self._books.storage.open_items(ledger):
                if item.party == loser.customer_id != survivor.customer_id:
                    self._books.storage.put(replace(item, party=survivor.customer_id))
            self._books.storage.record(self._books.stamp(), f"merge {loser.id} into {survivor.id}", who, reason)
        return merged

    def _moved(self, loser: Party, survivor: Party) -> Sequence[Leg]:
        """Return the legs that take every balance of a party to another; postings name parties by either id."""
        ledger, legs = loser.legal_entity, list[Leg]()
        day = self._books.today(ledger)
        own = [loser.id] + ([loser.customer_id] if loser.customer_id != survivor.customer_id else [])
        for cloud in (RECEIVABLE, CREDIT):
            account = self._books.master.account(cloud, ledger, day)
            for name in own:
                if balance := self._books.storage.credit_of(ledger, name, account):
                    target = survivor.id if name == loser.id else survivor.customer_id
                    legs += [Leg(cloud, -balance, dimension=name), Leg(cloud, balance, dimension=target)]
        return legs

    def _carried(self, receipt: Document, rest: int, amount: int) -> int:
        """Return what an amount of the waiting money is carried at, functional currency; parts sum to the whole."""
        ledger = text(receipt, "legal_entity")
        credit = self._books.master.account(CREDIT, ledger, self._books.today(ledger))
        (worth, whole_amount) = (0, 0)
        for posting in self._books.storage.postings(ledger=ledger):
            is_of = posting.key.object_id == text(receipt, "id") or posting.reference == text(receipt, "id")
            if is_of and posting.key.kind in ("payment", "unapplication"):
                for line in posting.lines:
                    if line.account == credit:
                        worth, whole_amount = worth - line.functional, whole_amount - line.amount
        if not whole_amount:
            raise RefusedError("exceeds-unapplied", "nothing of the receipt waits")
        gone = whole_amount - rest
        return share(worth, gone + amount, whole_amount) - share(worth, gone, whole_amount)

    def _post(self, found: Application, item: OpenItem, kind: str) -> Taken:
        master, ledger = self._books.master, found.ledger
        day = self._books.today(ledger)
        return self._books.take_now(lambda on: rules_cash.applied(master, found, item, kind, on), ledger, day)


def _check_application(receipt: Document, item: OpenItem, amount: int, rest: int) -> None:
    currency, entity = text(receipt, "currency"), text(receipt, "legal_entity")
    if currency != item.currency:
        raise RefusedError("currency-differs", f"receipt in {currency}, invoice in {item.currency}")
    if entity != item.ledger:
        raise RefusedError("entity-differs", f"receipt of {entity}, open item of {item.ledger}")
    if text(receipt, "customer_id") not in {"", item.party}:
        raise RefusedError("customer-differs", f"receipt of {text(receipt, 'customer_id')}, item of {item.party}")
    if amount <= 0:
        raise RefusedError("amount-invalid", f"an application of {amount} minor units", "Apply a positive amount.")
    if amount > rest:
        raise RefusedError("exceeds-unapplied", f"{amount} of a receipt that has {rest} left")
    if amount > item.open:
        raise RefusedError("exceeds-open", f"{amount} on an item with {item.open} open")
