"""`erp-open-items`: what customers owe, the bank receipts that settle it, and the parties behind both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.model.money import share
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.rules_sales import CREDIT, Document
from synthetic.sandboxes.ledger.values import Application, OpenItem, Party, plain

CREDIT_LIMITS: Mapping[str, int] = {"JPY": 50_000_000}
"""What a customer may owe where nobody said otherwise, minor units by currency (workflows.md F1)."""
DEFAULT_LIMIT = 500_000


class ErpOpenItems:
    """Operations of the contract over one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on `ledger`."""
        self._books = ledger.books
        self._applying = ledger.applying

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listOpenItems": self._list,
            "getOpenItem": lambda asked: self.shown(self.found(asked["open_item_id"])),
            "getExposure": self._exposure,
            "listBankReceipts": self._list_receipts,
            "applyCash": self._apply,
            "unapplyCash": self._unapply,
            "listParties": self._list_parties,
            "mergeParty": self._merge,
            "listUnappliedCash": self._list_credits,
        }

    def found(self, identifier: str) -> OpenItem:
        """Return an open item by the id of the contract.

        Raises:
            RefusalError: 404 for none.
        """
        found = next((one for one in self._books.storage.open_items() if one.id == identifier), None)
        if found is None:
            raise RefusalError(404, f"No open item {identifier}.")
        return found

    def shown(self, one: OpenItem, as_of: str = "") -> dict[str, Any]:
        """Return an open item as the contract has it, with the cash of a day (YYYY-MM-DD, "" for now)."""
        later = sum(row.amount for row in self._live(one) if as_of and str(row.applied_on) > as_of)
        left, cash = one.open + later, one.cash_applied - later
        parties = self._books.storage.parties(one.party, one.legal_entity)
        shown: dict[str, Any] = {
            "id": one.id,
            "ledger": one.ledger,
            "legal_entity": one.legal_entity,
            "party_id": parties[0].id if parties else f"pa_{plain(one.party)}",
            "customer_id": one.party,
            "invoice_id": one.invoice_id,
            "invoice_number": one.number or one.invoice_id,
            "currency": one.currency,
            "total": one.total,
            "credits_applied": one.credits_applied,
            "cash_applied": cash,
            "written_off": one.written_off,
            "reinstated": one.reinstated,
            "open": left,
            "functional_open": share(one.booked, left, one.total) if one.total else 0,
            "document_date": str(one.document_date),
            "due_date": str(one.due_date),
            "payment_terms": one.terms,
            "status": _status(one, left),
            "dunning_level": one.dunning_level,
            "dunning_owner": one.collected_by,
            "last_dunned_at": one.last_dunned_at or None,
            "synthetic": any(party.synthetic for party in parties),
        }
        return shown

    def _live(self, one: OpenItem) -> list[Application]:
        found = self._books.storage.applications(invoice_id=one.invoice_id)
        return [row for row in found if row.ledger == one.ledger and not row.reversed_at]

    def _list(self, asked: Asked) -> Any:
        day = asked["as_of"] or ""
        rows = [
            self.shown(one, day)
            for one in self._books.storage.open_items(asked["ledger"] or "")
            if asked["customer_id"] in (None, one.party) and (not day or str(one.document_date) <= day)
        ]
        if asked["overdue"] is not None:
            today = day or str(self._books.today(asked["ledger"] or "DE-01"))
            rows = [row for row in rows if (row["open"] > 0 and row["due_date"] < today) is asked["overdue"]]
        if asked["dunning_level"] is not None:
            rows = [row for row in rows if row["dunning_level"] == asked["dunning_level"]]
        return _counted(page(rows, asked, lambda row: str(row["id"])), rows)

    def _exposure(self, asked: Asked) -> Any:
        customer, entity, currency = asked["customer_id"], asked["legal_entity"], asked["currency"]
        items = [one for one in self._books.storage.open_items() if one.ledger == entity and one.party == customer]
        if not items and not self._books.storage.parties(customer, entity):
            raise RefusalError(404, f"No customer {customer} in {entity}.")
        owed = [one for one in items if one.currency == currency]
        today = self._books.today(entity)
        return {
            "customer_id": customer,
            "legal_entity": entity,
            "currency": currency,
            "open": sum(one.open for one in owed),
            "overdue": sum(one.open for one in owed if one.due_date < today),
        }

    def _list_receipts(self, asked: Asked) -> Any:
        rows = [self._receipt(one) for one in self._applying.receipts()]
        since, entity = asked["value_from"], asked["legal_entity"]
        rows = [
            row
            for row in rows
            if entity in (None, row["legal_entity"])
            and (since is None or row["value_date"] >= since)
            and (not asked["unapplied_only"] or row["unapplied"] > 0)
        ]
        return _counted(page(rows, asked, lambda row: str(row["receipt_id"])), rows)

    def _apply(self, asked: Asked) -> Any:
        receipt = next((one for one in self._applying.receipts() if one["id"] == asked["receipt_id"]), None)
        if receipt is None:
            raise RefusalError(404, f"No bank receipt {asked['receipt_id']}.")
        wanted = asked.body["open_item_id"]
        items = [one for one in self._books.storage.open_items() if one.id == wanted]
        if not items:
            raise RefusalError(422, f"No open item {wanted}; the money stays where it is.")
        self._applying.apply(receipt, items[0], asked.body["amount"], asked.key)
        return self._receipt(receipt)

    def _unapply(self, asked: Asked) -> Any:
        for receipt in self._applying.receipts():
            for one in self._applying.applications(receipt):
                if _application_id(one) == asked["application_id"]:
                    self._applying.unapply(one, asked.body["requested_by"], asked.body["reason"])
                    return self._receipt(receipt)
        raise RefusalError(404, f"No application {asked['application_id']} of a bank receipt.")

    def _receipt(self, one: Document) -> dict[str, Any]:
        found = self._applying.applications(one)
        left = self._applying.unapplied(one)
        return {
            "receipt_id": one["id"],
            "legal_entity": one["legal_entity"],
            "currency": one["currency"],
            "amount": one["amount"],
            "value_date": one.get("value_date"),
            "bank_reference": str(one.get("bank_reference") or one.get("psp_reference") or "")[:140],
            "payer_name": str(one.get("payer_name") or one.get("customer_id") or "")[:160],
            "customer_id": one.get("customer_id") or None,
            "unapplied": left,
            "applications": [_application(row, self._item_id(row)) for row in found],
            "status": "received" if left else "applied",
        } | ({"status": "applied"} if any(not row.reversed_at for row in found) else {})

    def _item_id(self, one: Application) -> str:
        return self._books.item(one.invoice_id, one.ledger).id

    def _list_parties(self, asked: Asked) -> Any:
        found = self._books.storage.parties(asked["customer_id"] or "", asked["legal_entity"] or "")
        rows = [_party(one) for one in found]
        return _counted(page(rows, asked, lambda row: str(row["party_id"])), rows)

    def _merge(self, asked: Asked) -> Any:
        loser = self._books.storage.party(asked["party_id"])
        if loser is None:
            raise RefusalError(404, f"No party {asked['party_id']}.")
        survivor = self._books.storage.party(asked.body["survivor"])
        if survivor is None:
            raise RefusalError(422, f"No party {asked.body['survivor']} to merge into.")
        return _party(self._applying.merge(loser, survivor, asked.body["requested_by"], asked.body["reason"]))

    def _list_credits(self, asked: Asked) -> Any:
        customer = asked["customer_id"]
        receipts = [one for one in self._applying.receipts() if one.get("customer_id") == customer]
        if not receipts and not self._books.storage.parties(customer):
            raise RefusalError(404, f"No customer {customer}.")
        waiting: dict[tuple[str, str], list[Document]] = {}
        for one in receipts:
            if self._applying.unapplied(one):
                waiting.setdefault((str(one["legal_entity"]), str(one["currency"])), []).append(one)
        rows = [
            {
                "customer_id": customer,
                "legal_entity": entity,
                "currency": currency,
                "unapplied": self._credit(customer, entity, currency, found),
                "oldest_value_date": min(str(one["value_date"]) for one in found),
            }
            for (entity, currency), found in sorted(waiting.items())
        ]
        return _counted(page(rows, asked, lambda row: f"{row['legal_entity']}/{row['currency']}"), rows)

    def _credit(self, customer: str, entity: str, currency: str, receipts: list[Document]) -> int:
        """Return what waits of receipts, no more than the account has: a refund takes from it too."""
        waits = sum(self._applying.unapplied(one) for one in receipts)
        if currency != self._books.master.of(entity).currency:
            return waits
        account = self._books.master.account(CREDIT, entity, self._books.today(entity))
        return max(min(waits, -self._books.storage.credit_of(entity, customer, account)), 0)


def _application_id(one: Application) -> str:
    return one.id if one.id.startswith("ap_") else f"ap_{plain(one.id or f'{one.payment_id}_{one.invoice_id}')}"


def _application(one: Application, item_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "application_id": _application_id(one),
        "invoice_id": one.invoice_id,
        "open_item_id": item_id,
        "amount": one.amount,
        "applied_at": one.applied_at or f"{one.applied_on}T00:00:00Z",
    }
    return shown | ({"reversed_at": one.reversed_at} if one.reversed_at else {})


def _status(one: OpenItem, left: int) -> str:
    if left:
        return "partly_paid" if left < one.total else "open"
    return "written_off" if one.written_off else "cleared"


def _party(one: Party) -> dict[str, Any]:
    group = "SYNTHETIC" if one.synthetic else one.terms
    return {
        "party_id": one.id,
        "customer_id": one.customer_id,
        "account_id": one.extra.get("account") or one.customer_id,
        "legal_entity": one.legal_entity,
        "currency": one.currency,
        "payment_terms": one.terms or "CARD",
        "ar_group": f"AR-{one.legal_entity[:2]}-{group or 'CARD'}",
        "credit_limit": int(one.extra.get("credit_limit") or CREDIT_LIMITS.get(one.currency, DEFAULT_LIMIT)),
        "status": "merged" if one.merged_into else "active",
        "merged_into": one.merged_into or None,
        "synthetic": one.synthetic,
    }


def _counted(found: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return found | {"total_items": len(rows)}
