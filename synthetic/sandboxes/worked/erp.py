"""Examples of what is posted: cash applied, parties merged, dunning, write-offs, both journals, periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synthetic.sandboxes.worked.billing import BillingExamples
from synthetic.sandboxes.worked.client import Client, Given
from synthetic.sandboxes.worked.selling import Sold

_ITEMS, _COLLECTIONS, _PERIODS = "erp-open-items", "erp-collections", "erp-periods"
_POSTINGS, _LEGACY = "erp-postings", "erp-legacy-postings"


class ErpExamples:
    """Brings money and closes periods, and notes what can be asked of the books."""

    def __init__(self, client: Client, given: Given, sold: Sold, billing: BillingExamples) -> None:
        """Work with a client."""
        self._client = client
        self._given = given
        self._sold = sold
        self._bill: Callable[..., dict[str, Any]] = billing.finalised

    def play(self) -> None:
        """Do it all."""
        self._cash()
        self._parties()
        self._collections()
        self._postings()
        self._legacy()
        self._periods()

    def _item(self) -> dict[str, Any]:
        """Bill a customer who pays by transfer, and return the open item once it is posted."""
        invoice = self._bill(self._sold.transfer, "NET30")
        path = f"/open-items?ledger=DE-01&customer_id={self._sold.transfer}&limit=200"

        def posted() -> dict[str, Any] | None:
            rows = self._client.rows(_ITEMS, path)
            return next((row for row in rows if row["invoice_id"] == invoice["id"]), None)

        return self._client.wait("the posting of an invoice", posted)

    def _transfer(self, name: str, amount: int, customer: str) -> str:
        told: dict[str, Any] = {"id": name, "source_system": "erp", "method": "bank_transfer", "amount": amount}
        told |= {"legal_entity": "DE-01", "currency": "EUR", "value_date": str(self._client.today)}
        told |= {"customer_id": customer, "bank_reference": name, "payer_name": "Adler Werke AG"}
        self._client.port("ledger", "erp", "receive_transfer", {"payment": told})
        return name

    def _cash(self) -> None:
        add, customer = self._given.add, self._sold.transfer
        item, other = self._item(), self._item()
        add(_ITEMS, "GET /open-items/{open_item_id}", open_item_id=item["id"])
        exposure = {"customer_id": customer, "legal_entity": "DE-01", "currency": "EUR"}
        add(_ITEMS, "GET /customers/{customer_id}/exposure", **exposure)
        add(_ITEMS, "GET /customers/{customer_id}/credits", customer_id=customer)
        place = "/bank-receipts/{receipt_id}/applications"
        receipt = self._transfer("br_example_1", 20000, customer)
        body = {"open_item_id": item["id"], "amount": 10000}
        add(_ITEMS, f"POST {place}", body, receipt_id=receipt)
        second = self._transfer("br_example_2", 5000, customer)
        applied = {"open_item_id": other["id"], "amount": 5000}
        done = self._client.ask(_ITEMS, "POST", place.replace("{receipt_id}", second), applied)
        undoing = {"reason": "Customer meant another invoice", "requested_by": "ar.team"}
        name = done["applications"][-1]["application_id"]
        add(_ITEMS, "POST /applications/{application_id}/reversal", undoing, application_id=name)

    def _parties(self) -> None:
        lost, kept = (self._party(customer) for customer in self._sold.parties)
        body = {"survivor": kept, "reason": "Same VAT id", "requested_by": "ar.team"}
        self._given.add(_ITEMS, "POST /parties/{party_id}/merge", body, party_id=lost)

    def _party(self, customer: str) -> str:
        path = f"/parties?customer_id={customer}&legal_entity=DE-01"
        rows = self._client.wait("the party of a customer", lambda: self._client.rows(_ITEMS, path) or None)
        return str(rows[0]["party_id"])

    def _collections(self) -> None:
        add = self._given.add
        dunned, given_up, decided = self._item(), self._item(), self._item()
        step = {"dunning_level": 1, "note": "First letter sent"}
        add(_COLLECTIONS, "POST /open-items/{open_item_id}/dunning", step, open_item_id=dunned["id"])
        asked = {"open_item_id": given_up["id"], "reason": "90 days past due", "requested_by": "ar.team"}
        add(_COLLECTIONS, "POST /write-offs", asked)
        proposal = self._client.ask(_COLLECTIONS, "POST", "/write-offs", {**asked, "open_item_id": decided["id"]})
        decision = {"decision": "approve", "approved_by": "dana.ruiz", "comment": "Customer insolvent"}
        place = "POST /write-offs/{proposal_id}/decision"
        add(_COLLECTIONS, place, decision, proposal_id=proposal["proposal_id"])

    def _entry(self, name: str, ledger: str) -> dict[str, Any]:
        """Return a posting by hand: bank against the customer's credit."""
        day = str(self._client.today)
        key = {"source_system": "erp", "object": "payment", "object_id": name, "posting_kind": "transfer"}
        return {
            "ledger": ledger,
            "legal_entity": "DE-01",
            "posting_key": {**key, "ledger": ledger},
            "source_version": 1,
            "text": "Bank line without an invoice",
            "document_date": day,
            "posting_date": day,
            "currency": "EUR",
            "lines": [
                {"line_number": 1, "account": "1000", "side": "debit", "amount": 5000},
                {"line_number": 2, "account": "2100", "side": "credit", "amount": 5000},
            ],
        }

    def _postings(self) -> None:
        add = self._given.add
        add(_POSTINGS, "POST /postings", self._entry("example_1", "DE-01"))
        shown, undone = (
            self._client.ask(_POSTINGS, "POST", "/postings", self._entry(name, "DE-01"))["id"]
            for name in ("example_2", "example_3")
        )
        add(_POSTINGS, "GET /postings/{posting_id}", posting_id=shown)
        undoing = {"posting_date": str(self._client.today), "reason": "Posted wrongly", "requested_by": "bo.lind"}
        add(_POSTINGS, "POST /postings/{posting_id}/reversal", undoing, posting_id=undone)

    def _legacy(self) -> None:
        entry = self._entry("example_1", "DE-01-L")
        words = ("ledger", "legal_entity", "posting_key", "source_version", "text", "currency")
        told = {name: entry[name] for name in words}
        told |= {"belegdatum": entry["document_date"], "buchungsdatum": entry["posting_date"]}
        told["lines"] = [
            {"line_number": 1, "konto": "1200", "soll_haben": "S", "amount": 5000},
            {"line_number": 2, "konto": "1718", "soll_haben": "H", "amount": 5000},
        ]
        self._given.add(_LEGACY, "POST /postings", told)
        other = {**told, "posting_key": {**told["posting_key"], "object_id": "example_2"}}
        made = self._client.ask(_LEGACY, "POST", "/postings", other)
        self._given.add(_LEGACY, "GET /postings/{posting_id}", posting_id=made["id"])

    def _periods(self) -> None:
        """Close and reopen periods of a company that sells nothing in the examples: its inputs stay as signed."""
        add, place = self._given.add, "/ledgers/{ledger}/periods/{period}"
        months = [f"{self._client.today.year - 1}-{month:02}" for month in (10, 11)]
        for suffix in ("", "/trial-balance", "/deferred-roll-forward"):
            add(_PERIODS, f"GET {place}{suffix}", ledger="DE-01", period=f"{self._client.today:%Y-%m}")
        add(_PERIODS, "GET /ledgers/{ledger}/periods", ledger="DE-01")
        closing = [self._closing(month) for month in months]
        add(_PERIODS, f"POST {place}/close", closing[0], ledger="JP-01", period=months[0])
        self._client.ask(_PERIODS, "POST", f"/ledgers/JP-01/periods/{months[1]}/close", closing[1])
        opening = {"reason": "Supplier credit found", "requested_by": "bo.lind", "approved_by": "dana.ruiz"}
        add(_PERIODS, f"POST {place}/reopen", opening, ledger="JP-01", period=months[1])
        rate = self._client.rows(_PERIODS, "/fx-rates?base=USD&quote=EUR")[0]
        add(_PERIODS, "PUT /fx-rates", rate)

    def _closing(self, month: str) -> dict[str, Any]:
        found = self._client.ask(_PERIODS, "GET", f"/ledgers/JP-01/periods/{month}")
        return {"kind": "soft", "approved_by": "dana.ruiz", "inputs_hash": found["inputs_hash"]}
