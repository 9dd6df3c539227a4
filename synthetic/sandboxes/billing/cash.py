"""Cash after the charge: refunds, disputes, payouts, and bank transfers that come by themselves."""

from __future__ import annotations

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.invoices import Invoices
from synthetic.sandboxes.billing.payments import DAY, Payments
from synthetic.sandboxes.billing.values import BillingError, Params, Record, listing

DISPUTE_FEE = 2_000
"""What the payment provider charges for a dispute, minor units (workflows.md E8.5)."""


class Cash:
    """Money on the provider's balance and in the customers' hands."""

    def __init__(self, desk: Desk, payments: Payments, invoices: Invoices) -> None:
        """Work at a desk."""
        self._desk = desk
        self._payments = payments
        self._invoices = invoices

    def refund(self, params: Params) -> Record:
        """Give back what a charge took, all that is left where no amount is said."""
        charge = self._charge(params)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = params.integer("amount", left, least=1)
        if charge["status"] != "succeeded" or amount > left:
            raise BillingError(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
                code="charge_already_refunded" if left == 0 else "amount_too_large",
                param="amount",
            )
        identifier = self._desk.name("re", params)
        method = self._desk.storage.get(charge["payment_method"]) or {}
        fails = (method.get("metadata") or {}).get("sandbox_decline") == "refund"
        record: Record = {
            "id": identifier,
            "object": "refund",
            "amount": amount,
            "balance_transaction": self._payments.move(identifier, "refund", -amount, charge["currency"])["id"],
            "charge": charge["id"],
            "created": self._desk.now(charge["customer"]),
            "currency": charge["currency"],
            "metadata": params.metadata(),
            "payment_intent": charge["payment_intent"],
            "reason": params.text("reason") or None,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending" if fails else "succeeded",
            "transfer_reversal": None,
        }
        self._desk.save(record)
        if fails:
            self._desk.plan(
                self._desk.now(charge["customer"]) + DAY, "refund_fails", record | {"customer": charge["customer"]}
            )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refunds = [record, *charge["refunds"]["data"]]
        charge["refunds"] = listing(refunds, f"/v1/charges/{charge['id']}/refunds")
        self._desk.save(charge, "charge.refunded")
        return record

    def refund_failed(self, refund_id: str) -> None:
        """Take the money of a refund back from the bank, which did not want it."""
        record = self._desk.find("refund", refund_id)
        charge = self._desk.find("charge", record["charge"])
        back = self._payments.move(record["id"], "refund_failure", record["amount"], record["currency"])
        record |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
        record |= {"failure_balance_transaction": back["id"]}
        charge["amount_refunded"] -= record["amount"]
        charge["refunded"] = False
        data = [record if one["id"] == record["id"] else one for one in charge["refunds"]["data"]]
        self._desk.save(charge | {"refunds": charge["refunds"] | {"data": data}})
        self._desk.save(record, "charge.refund.updated")

    def retrieve_refund(self, params: Params) -> Record:
        """Return a refund."""
        return self._desk.find("refund", params.required("id"))

    def list_refunds(self, params: Params) -> Record:
        """Return a page of refunds."""
        charge = params.text("charge")
        return self._desk.page("refund", params, "/v1/refunds", matches=lambda refund: charge in ("", refund["charge"]))

    def dispute(self, charge_id: str) -> None:
        """Let the card holder's bank take a charge back: neither refund nor credit note."""
        charge = self._desk.find("charge", charge_id)
        identifier = self._desk.name("dp")
        move = self._payments.move(identifier, "adjustment", -charge["amount"], charge["currency"], DISPUTE_FEE)
        at = self._desk.now(charge["customer"])
        record: Record = {
            "id": identifier,
            "object": "dispute",
            "amount": charge["amount"],
            "balance_transactions": [move],
            "charge": charge["id"],
            "created": at,
            "currency": charge["currency"],
            "evidence": {},
            "evidence_details": {
                "due_by": at + 7 * DAY,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": "fraudulent",
            "status": "needs_response",
        }
        self._desk.save(charge | {"disputed": True})
        self._desk.save(record, "charge.dispute.created")
        self._desk.emit("charge.dispute.funds_withdrawn", record)

    def retrieve_dispute(self, params: Params) -> Record:
        """Return a dispute."""
        return self._desk.find("dispute", params.required("id"))

    def list_disputes(self, params: Params) -> Record:
        """Return a page of disputes."""
        charge = params.text("charge")
        return self._desk.page(
            "dispute", params, "/v1/disputes", matches=lambda dispute: charge in ("", dispute["charge"])
        )

    def answer_dispute(self, params: Params) -> Record:
        """Send evidence: `winning_evidence` wins, `losing_evidence` loses, as in Stripe's test mode."""
        record = self._open_dispute(params)
        evidence = params.part("evidence")
        text = evidence.text("uncategorized_text")
        record["evidence"] = {"uncategorized_text": text or None}
        record["evidence_details"] |= {"has_evidence": bool(text), "submission_count": 1}
        if text == "winning_evidence":
            charge = self._desk.find("charge", record["charge"])
            back = self._payments.move(record["id"], "adjustment", record["amount"], record["currency"], -DISPUTE_FEE)
            record["balance_transactions"].append(back)
            self._desk.save(charge | {"disputed": False})
            self._desk.emit("charge.dispute.funds_reinstated", record)
            return self._closed(record, "won")
        if text == "losing_evidence":
            return self._closed(record, "lost")
        return self._desk.save(record | {"status": "under_review"}, "charge.dispute.updated", {})

    def close_dispute(self, params: Params) -> Record:
        """Give in: the dispute is lost."""
        return self._closed(self._open_dispute(params), "lost")

    def payout(self, params: Params) -> Record:
        """Pay out part of the provider's balance, all of a currency where no amount is said."""
        currency = params.required("currency").lower()
        held = self.balance_of(currency)
        amount = params.integer("amount", held, least=1)
        if amount > held:
            raise BillingError(
                f"You have insufficient funds ({held}) for this payout.", code="balance_insufficient", param="amount"
            )
        at = self._desk.live()
        arrival = (at // DAY + 2) * DAY
        identifier = self._desk.name("po", params)
        record: Record = {
            "id": identifier,
            "object": "payout",
            "amount": amount,
            "arrival_date": arrival,
            "automatic": False,
            "balance_transaction": self._payments.move(identifier, "payout", -amount, currency)["id"],
            "created": at,
            "currency": currency,
            "description": params.text("description") or None,
            "destination": None,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": params.metadata(),
            "method": "standard",
            "original_payout": None,
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "in_transit",
            "type": "bank_account",
        }
        self._desk.plan(arrival, "arrive", record)
        return self._desk.save(record, "payout.created")

    def arrived(self, payout_id: str) -> None:
        """Tell that a payout is in the bank."""
        self._desk.save(self._desk.find("payout", payout_id) | {"status": "paid"}, "payout.paid")

    def balance(self, params: Params) -> Record:
        """Return what the provider holds, by currency."""
        del params
        moves = self._desk.storage.all("balance_transaction")
        currencies = sorted({move["currency"] for move in moves}) or ["usd"]
        available = [
            {"amount": self.balance_of(currency), "currency": currency, "source_types": {}} for currency in currencies
        ]
        return {"object": "balance", "available": available, "livemode": False, "pending": []}

    def balance_of(self, currency: str) -> int:
        """Return charges less refunds, fees, disputes and payouts: what the bank line must show."""
        moves = self._desk.storage.all("balance_transaction")
        return sum(move["net"] for move in moves if move["currency"] == currency)

    def fund(self, params: Params) -> Record:
        """Take a bank transfer: it pays open invoices, the one named in `reference` first, then the oldest.

        What is left stays with the customer as unapplied cash, by currency.
        """
        customer = self._desk.find("customer", params.required("id"))
        currency = params.required("currency").lower()
        left = params.integer("amount", least=1)
        reference = params.text("reference")
        found = [
            invoice
            for invoice in self._desk.storage.all("invoice", customer=customer["id"])
            if invoice["status"] == "open" and invoice["currency"] == currency
        ]
        for invoice in sorted(found, key=lambda each: each["number"] != reference):
            applied = min(left, invoice["amount_remaining"])
            if applied:
                self._invoices.cash(invoice, applied)
                left -= applied
        customer = self._desk.find("customer", customer["id"])
        held = customer["cash_balance"] | {currency: customer["cash_balance"].get(currency, 0) + left}
        customer = self._desk.change(customer, "customer.updated", {"cash_balance": held})
        record: Record = {"id": self._desk.name("ccsbtxn"), "object": "customer_cash_balance_transaction"}
        record |= {"created": self._desk.now(customer["id"]), "currency": currency, "customer": customer["id"]}
        record |= {"ending_balance": held[currency], "livemode": False, "net_amount": params.integer("amount")}
        record |= {"type": "funded", "funded": {"bank_transfer": {"reference": reference or None}}}
        return self._desk.save(record, "customer_cash_balance_transaction.created")

    def _charge(self, params: Params) -> Record:
        intent_id = params.text("payment_intent")
        charge_id = params.text("charge") or (
            self._desk.find("payment_intent", intent_id)["latest_charge"] if intent_id else ""
        )
        if not charge_id:
            raise BillingError("One of `charge` or `payment_intent` must be given.", code="parameter_missing")
        return self._desk.find("charge", charge_id)

    def _open_dispute(self, params: Params) -> Record:
        record = self._desk.find("dispute", params.required("id"))
        if record["status"] in ("won", "lost"):
            raise BillingError("This dispute is already closed.", param="dispute")
        return record

    def _closed(self, record: Record, status: str) -> Record:
        return self._desk.save(record | {"status": status}, "charge.dispute.closed")
