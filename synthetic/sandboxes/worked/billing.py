"""Examples of what is billed: invoices in every state, payments, refunds, disputes, payouts, credit notes, usage."""

from __future__ import annotations

from typing import Any

from synthetic.sandboxes.worked.client import Client, Given
from synthetic.sandboxes.worked.selling import Sold

_INVOICES, _CREDITS, _PAYMENTS = "billing-invoices", "billing-credits", "billing-payments"


class BillingExamples:
    """Bills the customers of the examples, and notes what can be asked of that."""

    def __init__(self, client: Client, given: Given, sold: Sold) -> None:
        """Work with a client."""
        self._client = client
        self._given = given
        self._sold = sold

    def play(self) -> None:
        """Do it all."""
        self._invoices()
        paid = self._payments()
        self._credits(paid)
        self._disputes()
        self._payouts()
        self._usage()

    def draft(self, customer: str, terms: str, price: str = "333.50") -> dict[str, Any]:
        """Draft an invoice over one workshop."""
        found: dict[str, Any] = self._client.ask(_INVOICES, "POST", "/invoices", self._body(customer, terms, price))
        return found

    def _body(self, customer: str, terms: str, price: str) -> dict[str, Any]:
        today = str(self._client.today)
        line = {"sku": "ONBOARDING", "description": "Workshop", "quantity": "1", "unit_price": price}
        head = {"customer": customer, "legal_entity": "DE-01", "currency": "EUR", "payment_terms": terms}
        period = {"service_start": today, "service_end": today}
        return {**head, "lines": [{**line, **period}], "price_mode": "exclusive"}

    def finalised(self, customer: str, terms: str, price: str = "333.50") -> dict[str, Any]:
        """Finalise an invoice over one workshop."""
        name = self.draft(customer, terms, price)["id"]
        found: dict[str, Any] = self._client.ask(_INVOICES, "POST", f"/invoices/{name}/finalise", self._day())
        return found

    def _day(self) -> dict[str, str]:
        return {"document_date": str(self._client.today)}

    def _invoices(self) -> None:
        add, transfer = self._given.add, self._sold.transfer
        add(_INVOICES, "POST /invoices", self._body(transfer, "NET30", "33.35"))
        shown, void = (self.finalised(transfer, "NET30")["id"] for _ in range(2))
        add(_INVOICES, "GET /invoices/{invoice_id}", invoice_id=shown)
        name = self.draft(transfer, "NET30")["id"]
        add(_INVOICES, "POST /invoices/{invoice_id}/finalise", self._day(), invoice_id=name)
        reason = {"reason": "Buyer's name was wrong"}
        add(_INVOICES, "POST /invoices/{invoice_id}/void", reason, invoice_id=void)

    def collection(self, invoice: dict[str, Any]) -> dict[str, Any]:
        """Return what asks for the collection of an invoice by card."""
        told = {"customer_id": invoice["customer"], "invoice_id": invoice["id"], "amount": invoice["total"]}
        return {**told, "currency": invoice["currency"], "method": "card"}

    def _payments(self) -> dict[str, Any]:
        add = self._given.add
        add(_PAYMENTS, "POST /payments", self.collection(self.finalised(self._sold.card, "CARD")))
        paid = self.finalised(self._sold.card, "CARD", "1200.00")
        payment = self._client.ask(_PAYMENTS, "POST", "/payments", self.collection(paid))
        add(_PAYMENTS, "GET /payments/{payment_id}", payment_id=payment["id"])
        return {**paid, "payment": payment["id"]}

    def _credits(self, paid: dict[str, Any]) -> None:
        add, line = self._given.add, paid["lines"][0]["id"]
        lines = [{"invoice_line_id": line, "net": 10000}]
        asked = {"invoice_id": paid["id"], "reason": "service_credit", "lines": lines, "requested_by": "mara.support"}
        add(_CREDITS, "POST /credit-notes", {**asked, "lines": [{"invoice_line_id": line, "net": 100}]})
        add(_CREDITS, "POST /credit-notes/preview", asked)
        shown, approved, issued = (self._client.ask(_CREDITS, "POST", "/credit-notes", asked)["id"] for _ in range(3))
        note = self._client.ask(_CREDITS, "POST", f"/credit-notes/{shown}/issue", self._day())
        add(_CREDITS, "GET /credit-notes/{credit_note_id}", credit_note_id=shown)
        body = {"approved_by": "dana.ruiz", "comment": "As agreed"}
        add(_CREDITS, "POST /credit-notes/{credit_note_id}/approval", body, credit_note_id=approved)
        add(_CREDITS, "POST /credit-notes/{credit_note_id}/issue", self._day(), credit_note_id=issued)
        refund = {"payment_id": paid["payment"], "credit_id": shown, "amount": note["total"] // 2, "currency": "EUR"}
        refund |= {"reason": "credit_note", "requested_by": "mara.support", "approved_by": None}
        add(_PAYMENTS, "POST /refunds", refund)
        done = self._client.ask(_PAYMENTS, "POST", "/refunds", refund)
        add(_PAYMENTS, "GET /refunds/{refund_id}", refund_id=done["id"])

    def _disputes(self) -> None:
        found = self._client.billing.deeds.onboard(
            account="acc_disputes", name="Tern GmbH", entity="DE-01", currency="EUR", method="disputed"
        )
        invoice = self.finalised(str(found["id"]), "CARD")
        self._client.ask(_PAYMENTS, "POST", "/payments", self.collection(invoice))
        rows = self._client.wait("the dispute", lambda: self._client.rows(_PAYMENTS, "/disputes") or None)
        evidence: Any = {"summary": "Customer signed in on 14 days in January.", "document_ids": ["doc_441"]}
        self._given.add(_PAYMENTS, "POST /disputes/{dispute_id}/evidence", evidence, dispute_id=rows[0]["id"])

    def _payouts(self) -> None:
        metadata = {"legal_entity": "DE-01"}
        made = self._client.stripe("POST", "payouts", {"currency": "eur", "amount": 10000, "metadata": metadata})
        self._given.add(_PAYMENTS, "GET /payouts/{payout_id}/entries", payout_id=made["id"])

    def _usage(self) -> None:
        add, period = self._given.add, f"{self._client.today:%Y-%m}"
        at = self._client.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        customer = self._sold.transfer
        event = {"id": "evt_example", "meter": "api_calls", "customer_id": customer, "quantity": 250, "event_time": at}
        add("billing-usage", "POST /usage-events", {"events": [event]})
        add(
            "billing-usage",
            "GET /meters/{meter}/balance",
            meter="api_calls",
            customer_id=customer,
            usage_period=period,
        )
