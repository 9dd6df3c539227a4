"""`billing-credits`: credit notes asked for, approved by somebody else, issued under a number of their own."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from harness.model.money import half_up
from synthetic.sandboxes.billing.contract_invoice import contract_invoice
from synthetic.sandboxes.billing.values import Record
from synthetic.sandboxes.faces.billing_core import Billing, listed, stamp
from synthetic.sandboxes.faces.billing_payments import credited
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError

_LIMIT = 500_000
"""Credits above this need finance, minor units of any currency that is sold in (workflows.md section 2)."""
_REASON = "service_credit"
Drafts = MutableMapping[str, dict[str, Any]]


class BillingCredits:
    """Operations of the contract over one core; `drafts` keeps what was asked for and how far it is."""

    def __init__(self, billing: Billing, drafts: Drafts, finance: frozenset[str]) -> None:
        """Keep them; `finance` are the people who may approve."""
        self._billing = billing
        self._drafts = drafts
        self._finance = finance

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listCreditNotes": self._list,
            "requestCreditNote": self._request,
            "previewCreditNote": lambda asked: self._computed(asked.body, "cn_preview"),
            "getCreditNote": lambda asked: self._found(asked["credit_note_id"]),
            "approveCreditNote": self._approve,
            "issueCreditNote": self._issue,
        }

    def _list(self, asked: Asked) -> Any:
        issued = [self._issued(one) for one in self._billing.all("credit_note")]
        rows = issued + [one for one in self._drafts.values() if one["status"] != "issued"]
        since = asked["issued_from"]
        rows = [row for row in rows if since is None or (row["issued_at"] or "") >= since]
        return listed(rows, asked, "legal_entity", "invoice_id", "status")

    def _found(self, identifier: str) -> dict[str, Any]:
        draft = self._drafts.get(identifier)
        if draft is not None and draft["status"] != "issued":
            return draft
        return self._issued(self._billing.found("credit_note", identifier))

    def _request(self, asked: Asked) -> Any:
        return self.requested(asked.body, f"cn_{len(self._drafts) + 1}")

    def requested(self, body: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Keep a credit note that was asked for; above the limit it waits for finance."""
        found = self._computed(body, name)
        found |= {"status": "pending_approval" if found["total"] > _LIMIT else "draft"}
        self._drafts[name] = found
        return found

    def _computed(self, body: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Return what a credit note would be: tax as billing computes it, earned and unearned by calendar days."""
        invoice = self._billing.found("invoice", body["invoice_id"], status=422)
        shown = contract_invoice(self._billing.desk, invoice)
        known = {line["id"]: line for line in shown["lines"]}
        for line in body["lines"]:
            if line["invoice_line_id"] not in known:
                raise RefusalError(422, f"{body['invoice_id']} has no line {line['invoice_line_id']}.")
            if not line["net"]:
                raise RefusalError(422, "A credit of nothing.")
        note = self._billing.do("credit_notes.preview", {"invoice": invoice["id"], "lines": _parts(body["lines"])})
        lines = [
            self._line(known[str(line["invoice_line_item"])], line, self._billing.today(invoice))
            for line in note["lines"]["data"]
        ]
        codes = {line["tax_code"] for line in lines}
        tax = note["total"] - sum(line["net"] for line in lines)
        return {
            "id": name,
            "version": 1,
            "number": None,
            "invoice_id": invoice["id"],
            "customer_id": invoice["customer"],
            "contract_id": shown["contract_id"],
            "legal_entity": shown["legal_entity"],
            "currency": shown["currency"],
            "lines": lines,
            "net": note["total"] - tax,
            "tax": tax,
            "total": note["total"],
            **({"tax_code": codes.pop()} if len(codes) == 1 else {}),
            "reason": body["reason"],
            "status": "draft",
            "requested_by": body["requested_by"],
            "approved_by": None,
            "document_date": None,
            "tax_period": None,
            "issued_at": None,
            "synthetic": bool(body.get("synthetic")) or shown["synthetic"],
            "created_at": stamp(self._billing.desk.now(invoice["customer"])),
        }

    def _line(self, source: Mapping[str, Any], line: Record, day: date) -> dict[str, Any]:
        earned = min(_earned(source, day), line["amount"])
        return {
            "invoice_line_id": source["id"],
            "net": line["amount"],
            "earned_net": earned,
            "unearned_net": line["amount"] - earned,
            "tax": sum(tax["amount"] for tax in line["tax_amounts"]),
            "tax_code": source["tax_code"],
            "tax_rate": source["tax_rate"],
        }

    def _draft(self, identifier: str) -> dict[str, Any]:
        draft = self._drafts.get(identifier)
        if draft is None:
            self._billing.found("credit_note", identifier)
            raise RefusalError(409, f"{identifier} was issued.")
        if draft["status"] == "issued":
            raise RefusalError(409, f"{identifier} was issued.")
        return draft

    def _approve(self, asked: Asked) -> Any:
        draft, who = self._draft(asked["credit_note_id"]), asked.body["approved_by"]
        if who == draft["requested_by"]:
            raise RefusalError(422, "The approver differs from who asked.")
        if who.replace(".", "-") not in self._finance:
            raise RefusalError(422, f"{who} has no role in finance.")
        if draft["approved_by"]:
            raise RefusalError(409, f"{draft['approved_by']} approved it before.")
        approved = {**draft, "approved_by": who, "status": "draft", "version": draft["version"] + 1}
        self._drafts[draft["id"]] = approved
        return approved

    def _issue(self, asked: Asked) -> Any:
        draft = self._draft(asked["credit_note_id"])
        if draft["status"] == "pending_approval":
            raise RefusalError(409, f"{draft['id']} waits for its approval.")
        words = {"reason": draft["reason"], "requested_by": draft["requested_by"]}
        words |= {"document_date": asked.body["document_date"]}
        words |= {"approved_by": draft["approved_by"]} if draft["approved_by"] else {}
        lines = [{"invoice_line_id": line["invoice_line_id"], "net": line["net"]} for line in draft["lines"]]
        given = {"id": draft["id"], "invoice": draft["invoice_id"], "lines": _parts(lines), "metadata": words}
        note = self._billing.do("credit_notes.create", given)
        self._drafts[draft["id"]] = {**draft, "status": "issued"}
        return self._issued(note)

    def _issued(self, note: Record) -> dict[str, Any]:
        invoice = self._billing.found("invoice", note["invoice"])
        metadata = note["metadata"]
        known = self._drafts.get(str(note["id"]))
        computed = known or self._of_core(note, invoice)
        day = metadata.get("document_date") or self._billing.day(invoice, note["created"])
        is_open = note["type"] == "pre_payment"
        refunded = credited(self._billing, note)
        return {
            **computed,
            "version": (computed["version"] if known else 0) + 1,
            "number": note["number"],
            "status": note["status"],
            "document_date": day,
            "tax_period": day[:7],
            "applied_to_open": note["total"] if is_open else 0,
            "refunded": refunded,
            "balance": 0 if is_open else note["total"] - refunded,
            "issued_at": stamp(note["created"]),
        }

    def _of_core(self, note: Record, invoice: Record) -> dict[str, Any]:
        """Return a credit note that was not asked for here, such as that of a cancelled subscription."""
        shown = contract_invoice(self._billing.desk, invoice)
        known = {line["id"]: line for line in shown["lines"]}
        day = self._billing.today(invoice)
        first = shown["lines"][0]
        lines = [
            self._line(known.get(str(line.get("invoice_line_item")), first), line, day)
            for line in note["lines"]["data"]
        ]
        net = sum(line["net"] for line in lines)
        metadata = note["metadata"]
        return {
            "id": note["id"],
            "version": 1,
            "invoice_id": invoice["id"],
            "customer_id": invoice["customer"],
            **{name: shown[name] for name in ("contract_id", "legal_entity", "currency", "synthetic")},
            "lines": lines,
            "net": net,
            "tax": note["total"] - net,
            "total": note["total"],
            "reason": metadata.get("reason", _REASON),
            "requested_by": metadata.get("requested_by", "billing"),
            "approved_by": metadata.get("approved_by"),
            "created_at": stamp(note["created"]),
        }


def _parts(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"type": "invoice_line_item", "invoice_line_item": line["invoice_line_id"], "amount": line["net"]}
        for line in lines
    ]


def _earned(line: Mapping[str, Any], day: date) -> int:
    """Return what of a line is earned by a day; what has no period is earned at once."""
    if line["revenue_class"] != "SUB-RATABLE" or not line["service_start"] or not line["service_end"]:
        return int(line["net"])
    start, end = date.fromisoformat(line["service_start"]), date.fromisoformat(line["service_end"])
    if end <= start:
        return int(line["net"])
    days = min(max((day - start).days, 0), (end - start).days)
    return half_up(Fraction(int(line["net"]) * days, (end - start).days))
