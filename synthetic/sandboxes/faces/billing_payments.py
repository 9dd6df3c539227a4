"""`billing-payments`: card payments, refunds, disputes and payouts, as the provider's balance has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthetic.sandboxes.billing.cash import DISPUTE_FEE
from synthetic.sandboxes.billing.values import BillingError, Record
from synthetic.sandboxes.faces.billing_core import Billing, listed, plain, stamp
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError

_STATUS = {"pending": "authorised"}
_REASONS = frozenset({"fraudulent", "product_not_received", "duplicate", "unrecognised"})
_LIMIT = 500_000
"""Refunds above this, minor units of any currency that is sold in, need finance (workflows.md section 2)."""


class BillingPayments:
    """Operations of the contract over one core."""

    def __init__(self, billing: Billing) -> None:
        """Keep it."""
        self._billing = billing

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listPayments": self._list,
            "createPayment": self._create,
            "getPayment": lambda asked: self._payment(self._charge(asked["payment_id"])),
            "listRefunds": self._list_refunds,
            "createRefund": self._refund,
            "getRefund": lambda asked: self._refund_shown(self._billing.found("refund", asked["refund_id"])),
            "listDisputes": self._list_disputes,
            "submitEvidence": self._answer,
            "listPayouts": self._list_payouts,
            "listPayoutEntries": self._list_entries,
        }

    def _list(self, asked: Asked) -> Any:
        rows = [self._payment(one) for one in self._billing.all("charge")]
        since = asked["created_from"]
        rows = [row for row in rows if since is None or row["created_at"] >= since]
        return listed(rows, asked, "legal_entity", "invoice_id", "status")

    def _charge(self, identifier: str, *, status: int = 404) -> Record:
        found = next((one for one in self._billing.all("charge") if payment_id(one) == identifier), None)
        if found is None:
            raise RefusalError(status, f"No payment {identifier}.")
        return found

    def _create(self, asked: Asked) -> Any:
        """Collect an invoice; a card that is declined is an answer, and the open amount stays as it was."""
        body = asked.body
        invoice = self._billing.found("invoice", body["invoice_id"], status=422)
        if invoice["customer"] != body["customer_id"] or invoice["currency"].upper() != body["currency"]:
            raise RefusalError(422, "Customer and currency are not those of the invoice.")
        if invoice["status"] != "open":
            raise RefusalError(409, f"An invoice that is {invoice['status']} is not collected.")
        if invoice["amount_remaining"] != body["amount"]:
            raise RefusalError(422, f"{invoice['amount_remaining']} is open, not {body['amount']}.")
        if self._method(invoice) != body["method"]:
            raise RefusalError(422, f"The customer has no {body['method'].replace('_', ' ')} on file.")
        before = {one["id"] for one in self._billing.all("charge")}
        try:
            self._billing.core.call("invoices.pay", {"id": invoice["id"]})
        except BillingError as error:
            if error.status != 402:
                raise RefusalError(422, error.message) from None
        made = [one for one in self._billing.all("charge") if one["id"] not in before]
        if not made:
            raise RefusalError(422, "Nothing was collected.")
        return self._payment(made[-1])

    def _method(self, invoice: Record) -> str:
        customer = self._billing.found("customer", invoice["customer"])
        name = invoice["default_payment_method"] or customer["invoice_settings"].get("default_payment_method")
        known = self._billing.desk.storage.get(str(name or ""))
        return "" if known is None else "card" if known["type"] == "card" else "direct_debit"

    def _payment(self, one: Record) -> dict[str, Any]:
        status = _STATUS.get(one["status"], one["status"])
        taken = one["amount"] if status == "succeeded" else 0
        at = stamp(one["created"])
        method = self._billing.desk.storage.get(str(one["payment_method"] or ""))
        shown: dict[str, Any] = {
            "id": payment_id(one),
            "source_system": "billing",
            "version": self._billing.version(one),
            "customer_id": one["customer"],
            "legal_entity": self._billing.entity_of(one),
            "currency": one["currency"].upper(),
            "amount": one["amount"],
            "method": "card" if method is None or method["type"] == "card" else "direct_debit",
            "status": status,
            "invoice_id": one["invoice"],
            "applications": [{"invoice_id": one["invoice"], "amount": taken, "applied_at": at}]
            if taken and one["invoice"]
            else [],
            "unapplied": 0 if one["invoice"] else taken,
            "psp_reference": str(one["id"])[:64],
            "succeeded_at": at if status == "succeeded" else None,
            "failed_at": at if status == "failed" else None,
            "created_at": at,
        }
        moved = self._billing.desk.storage.get(str(one["balance_transaction"] or ""))
        shown |= {"fee": moved["fee"]} if moved else {}
        return shown | ({"failure_code": str(one["failure_code"])[:40]} if one["failure_code"] else {})

    def _list_refunds(self, asked: Asked) -> Any:
        rows = [self._refund_shown(one) for one in self._billing.all("refund")]
        return listed(rows, asked, "payment_id", "credit_id")

    def _refund(self, asked: Asked) -> Any:
        body = asked.body
        charge = self._charge(body["payment_id"], status=422)
        self._check_refund(charge, body)
        words = {name: body[name] for name in ("reason", "requested_by")}
        words |= {name: body[name] for name in ("approved_by", "credit_id") if body.get(name)}
        given = {"charge": charge["id"], "amount": body["amount"], "metadata": words}
        return self._refund_shown(self._billing.do("refunds.create", given))

    def _check_refund(self, charge: Record, body: Mapping[str, Any]) -> None:
        if charge["currency"].upper() != body["currency"] or not body["amount"]:
            raise RefusalError(422, "Give back a positive amount in the currency of the payment.")
        if body["reason"] == "credit_note" and not body.get("credit_id"):
            raise RefusalError(422, "The credit note comes first: name it.")
        if credit := body.get("credit_id"):
            note = self._billing.found("credit_note", credit, status=422)
            kept = 0 if note["type"] == "pre_payment" else note["total"] - credited(self._billing, note)
            if body["amount"] > kept:
                raise RefusalError(422, f"{kept} of {credit} is with the customer.")
        approver = body.get("approved_by")
        if body["amount"] > _LIMIT and approver in (None, "", body["requested_by"]):
            raise RefusalError(422, f"Above {_LIMIT} somebody of finance approves who did not ask.")

    def _refund_shown(self, one: Record) -> dict[str, Any]:
        charge = self._billing.desk.find("charge", one["charge"])
        metadata = one["metadata"]
        credit = metadata.get("credit_id") or metadata.get("credit_note")
        at = stamp(one["created"])
        return {
            "id": one["id"],
            "version": self._billing.version(one),
            "payment_id": payment_id(charge),
            "credit_id": credit,
            "customer_id": charge["customer"],
            "legal_entity": self._billing.entity_of(charge),
            "currency": one["currency"].upper(),
            "amount": one["amount"],
            "status": one["status"],
            "reason": metadata.get("reason") or ("credit_note" if credit else "overpayment"),
            "requested_by": metadata.get("requested_by") or "billing",
            "approved_by": metadata.get("approved_by"),
            "psp_reference": str(one["id"])[:64],
            "succeeded_at": at if one["status"] == "succeeded" else None,
            "failed_at": at if one["status"] == "failed" else None,
            "created_at": at,
        }

    def _list_disputes(self, asked: Asked) -> Any:
        return listed([self._dispute(one) for one in self._billing.all("dispute")], asked, "status")

    def _answer(self, asked: Asked) -> Any:
        found = next((one for one in self._billing.all("dispute") if _dispute_id(one) == asked["dispute_id"]), None)
        if found is None:
            raise RefusalError(404, f"No dispute {asked['dispute_id']}.")
        if found["status"] in ("won", "lost"):
            raise RefusalError(409, f"The dispute is {found['status']}.")
        if found["evidence_details"]["due_by"] < self._billing.desk.live():
            raise RefusalError(422, "The day for evidence is over.")
        evidence = {"uncategorized_text": asked.body["summary"]}
        return self._dispute(self._billing.do("disputes.update", {"id": found["id"], "evidence": evidence}))

    def _dispute(self, one: Record) -> dict[str, Any]:
        charge = self._billing.desk.find("charge", one["charge"])
        is_closed = one["status"] in ("won", "lost")
        return {
            "id": _dispute_id(one),
            "version": self._billing.version(one),
            "payment_id": payment_id(charge),
            "invoice_id": charge["invoice"] or "none",
            "customer_id": charge["customer"],
            "legal_entity": self._billing.entity_of(charge),
            "currency": one["currency"].upper(),
            "amount": one["amount"],
            "fee": DISPUTE_FEE,
            "reason": one["reason"] if one["reason"] in _REASONS else "other",
            "status": one["status"],
            "evidence_due_by": stamp(one["evidence_details"]["due_by"]),
            "opened_at": stamp(one["created"]),
            "closed_at": stamp(self._billing.desk.live()) if is_closed else None,
        }

    def _list_payouts(self, asked: Asked) -> Any:
        rows = [self._payout(one) for one in self._payouts()]
        since = asked["arrival_from"]
        rows = [row for row in rows if since is None or row["arrival_date"] >= since]
        return listed(rows, asked, "legal_entity")

    def _payouts(self) -> list[Record]:
        return list(self._billing.desk.storage.all("payout"))

    def _entity(self, one: Record) -> str:
        """Return whose payout it is: that of what it pays out, else of the currency's own company."""
        if one["metadata"].get("legal_entity"):
            return str(one["metadata"]["legal_entity"])
        for move in self._moves(one):
            if entity := self._billing.entity_of(self._billing.desk.storage.get(str(move["source"])) or {}):
                return entity
        return {"usd": "US-01", "jpy": "JP-01"}.get(str(one["currency"]), "DE-01")

    def _moves(self, one: Record) -> list[Record]:
        """Return the movements that a payout pays out: those of its currency since the one before."""
        found: list[Record] = []
        for move in self._billing.desk.storage.all("balance_transaction"):
            if move["currency"] != one["currency"]:
                continue
            if move["id"] == one["balance_transaction"]:
                return found
            found = [] if move["type"] == "payout" else [*found, move]
        return found

    def _entries(self, one: Record) -> Iterator[dict[str, Any]]:
        for move in self._moves(one):
            charge = self._billing.desk.storage.get(str(move["source"])) or {}
            source = payment_id(charge) if charge.get("object") == "charge" else str(move["source"])
            kind = "dispute" if charge.get("object") == "dispute" else str(move["type"])
            told = {"source_id": source, "currency": move["currency"].upper()}
            kind = kind if kind in ("charge", "refund", "dispute") else "adjustment"
            yield {"id": f"be_{plain(move['id'])}", "kind": kind, **told, "amount": move["amount"]}
            if move["fee"]:
                yield {"id": f"be_{plain(move['id'])}_fee", "kind": "fee", **told, "amount": -move["fee"]}

    def _payout(self, one: Record) -> dict[str, Any]:
        sums = dict.fromkeys(("charge", "refund", "fee", "dispute", "adjustment"), 0)
        for entry in self._entries(one):
            sums[entry["kind"]] += entry["amount"]
        back = max(sums["dispute"], 0)
        # a partial payout leaves the rest on the balance
        rest = one["amount"] - sum(sums.values())
        entity = self._entity(one)
        day = self._billing.day({"metadata": {"legal_entity": entity}}, one["arrival_date"])
        return {
            "id": one["id"],
            "version": self._billing.version(one),
            "legal_entity": entity,
            "currency": one["currency"].upper(),
            "amount": one["amount"],
            "charges": max(sums["charge"], 0),
            "refunds": -min(sums["refund"], 0),
            "fees": -min(sums["fee"], 0),
            "disputes": -min(sums["dispute"], 0),
            "adjustments": sums["adjustment"] + back + max(sums["fee"], 0) + rest,
            "status": one["status"],
            "arrival_date": day,
            "paid_at": stamp(one["arrival_date"]) if one["status"] == "paid" else None,
        }

    def _list_entries(self, asked: Asked) -> Any:
        found = next((one for one in self._payouts() if one["id"] == asked["payout_id"]), None)
        if found is None:
            raise RefusalError(404, f"No payout {asked['payout_id']}.")
        return listed(self._entries(found), asked)


def payment_id(charge: Mapping[str, Any]) -> str:
    """Return the id of a payment: the charge's, in the contract's spelling, or the name that it was given."""
    return str(charge["metadata"].get("payment_id") or f"py_{plain(str(charge['id']).removeprefix('ch_'))}")


def credited(billing: Billing, note: Record) -> int:
    """Return how much of a credit note went back as refunds."""
    names = ("credit_id", "credit_note")
    found = (one for one in billing.all("refund") if note["id"] in {one["metadata"].get(name) for name in names})
    return sum(int(one["amount"]) for one in found)


def _dispute_id(one: Record) -> str:
    return str(one["metadata"].get("dispute_id") or one["id"])
