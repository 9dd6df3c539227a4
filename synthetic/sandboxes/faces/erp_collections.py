"""`erp-collections`: dunning of what the ERP collects, and write-offs of what nobody will pay."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from harness.model.money import share
from synthetic.sandboxes.faces.erp_open_items import ErpOpenItems
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.cash import DUNNING_DAYS
from synthetic.sandboxes.ledger.rules_sales import earned
from synthetic.sandboxes.ledger.values import OpenItem

Proposals = MutableMapping[str, dict[str, Any]]


class ErpCollections:
    """Operations of the contract over one ledger; `proposals` keeps what was proposed and how it was decided."""

    def __init__(self, ledger: Ledger, proposals: Proposals) -> None:
        """Work on `ledger`."""
        self._ledger = ledger
        self._books = ledger.books
        self._items = ErpOpenItems(ledger)
        self._proposals = proposals

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listDunning": self._list,
            "setDunningLevel": self._set,
            "proposeWriteOff": self._propose,
            "listWriteOffs": self._list_write_offs,
            "decideWriteOff": self._decide,
        }

    def _list(self, asked: Asked) -> Any:
        found = [
            one
            for one in self._books.storage.open_items(asked["ledger"] or "")
            if one.collected_by == "erp" and (one.open or one.dunning_level)
        ]
        rows = [self._shown(one) for one in found if asked["level"] in (None, one.dunning_level)]
        return page(rows, asked, lambda row: str(row["open_item_id"]))

    def _set(self, asked: Asked) -> Any:
        item = self._items.found(asked["open_item_id"])
        raised = self._ledger.cash.set_dunning(item.invoice_id, item.ledger, asked.body["dunning_level"])
        if note := asked.body.get("note"):
            stamp = self._books.stamp()
            self._books.storage.record(stamp, f"dunning {raised.dunning_level} {item.invoice_id}", "erp", note)
        return self._shown(raised)

    def _shown(self, one: OpenItem) -> dict[str, Any]:
        shown = self._items.shown(one)
        kept = ("ledger", "legal_entity", "customer_id", "invoice_number", "currency", "open", "due_date")
        return {
            "open_item_id": shown["id"],
            **{name: shown[name] for name in (*kept, "dunning_level", "dunning_owner", "last_dunned_at")},
            "dunning_status": self._status(one),
            "promised_date": one.promised_on or None,
        }

    def _status(self, one: OpenItem) -> str:
        if not one.open:
            return "success"
        if one.promised_on > str(self._books.today(one.ledger)):
            return "stopped"
        if not one.dunning_level:
            return "not_started"
        return "exhausted" if one.dunning_level >= len(DUNNING_DAYS) else "in_progress"

    def _propose(self, asked: Asked) -> Any:
        wanted = asked.body["open_item_id"]
        item = next((one for one in self._books.storage.open_items() if one.id == wanted), None)
        if item is None:
            raise RefusalError(422, f"No open item {wanted}.")
        if any(one["open_item_id"] == wanted and one["status"] == "proposed" for one in self._proposals.values()):
            raise RefusalError(409, f"A write-off of {wanted} waits for its decision.")
        if not item.open:
            raise RefusalError(422, f"Nothing of {wanted} is open.")
        if unearned := self._unearned(item):
            raise RefusalError(422, f"{unearned} of {wanted} is not earned yet: credit it first.")
        name = wanted.removeprefix("oi_")
        times = sum(one["open_item_id"] == wanted for one in self._proposals.values())
        proposal = {
            "proposal_id": f"wo_{name}" + (f"_{times + 1}" if times else ""),
            "open_item_id": wanted,
            "legal_entity": item.legal_entity,
            "currency": item.currency,
            "amount": item.open,
            "tax_relief": self._tax(item),
            "status": "proposed",
            "reason": asked.body["reason"],
            "requested_by": asked.body["requested_by"],
            "approved_by": None,
            "journal_number": None,
        }
        self._proposals[str(proposal["proposal_id"])] = proposal
        return proposal

    def _unearned(self, item: OpenItem) -> int:
        today = self._books.today(item.ledger)
        found = self._books.storage.deferrals(item.invoice_id, item.ledger)
        return sum(
            max(one.total - one.shortened - max(earned(one.total, one.start, one.end, today), one.recognised), 0)
            for one in found
        )

    def _tax(self, item: OpenItem) -> int:
        """Return the tax in what is open: as large a part of it as in the whole invoice."""
        posted = self._books.storage.postings(item.invoice_id, item.ledger)
        invoice = next((one for one in posted if one.key.kind == "invoice"), None)
        if invoice is None or not item.total:
            return 0
        tax = -sum(one.amount for one in invoice.lines if one.tax_base)
        return share(tax, item.open, item.total)

    def _list_write_offs(self, asked: Asked) -> Any:
        rows = [one for one in self._proposals.values() if asked["status"] in (None, one["status"])]
        return page(rows, asked, lambda row: str(row["proposal_id"]))

    def _decide(self, asked: Asked) -> Any:
        proposal = self._proposals.get(asked["proposal_id"])
        if proposal is None:
            raise RefusalError(404, f"No proposal {asked['proposal_id']}.")
        if proposal["status"] != "proposed":
            raise RefusalError(409, f"The proposal was {proposal['status']} before.")
        body = asked.body
        if body["approved_by"] == proposal["requested_by"]:
            raise RefusalError(422, "approval-missing: the approver differs from who asked.")
        decided = {**proposal, "approved_by": body["approved_by"], "status": "rejected"}
        if body["decision"] == "approve":
            decided |= {"status": "posted", "journal_number": self._posted(proposal, body["approved_by"])}
        self._proposals[proposal["proposal_id"]] = decided
        return decided

    def _posted(self, proposal: Mapping[str, Any], approver: str) -> str:
        item = self._items.found(str(proposal["open_item_id"]))
        if item.open != proposal["amount"]:
            raise RefusalError(409, f"{item.open} is open now, not {proposal['amount']}: propose again.")
        document = {
            "id": item.invoice_id,
            "invoice_id": item.invoice_id,
            "source_system": "erp",
            "currency": item.currency,
            "allowance": item.open - int(proposal["tax_relief"]),
            "posting_date": str(self._books.today(item.ledger)),
            "requested_by": proposal["requested_by"],
            "approved_by": approver,
            "reason": proposal["reason"],
        }
        return self._ledger.cash.write_off(document, item.ledger).posting.journal_number
