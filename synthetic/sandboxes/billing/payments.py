"""Payment intents and their charges: a card answers at once, a bank debit two days later."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import half_up
from synthetic.sandboxes.billing.customers import PaymentMethods, declined_card
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.values import BillingError, Params, Record, listing

FEE_SHARE, FEE_FIXED = Fraction(15, 1000), 25
"""What the payment provider keeps of each charge: 1.5 % and 25 minor units (workflows.md E4.2)."""

DAY = 86_400
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


class Payments:
    """Payment intents, charges and the movements on the provider's balance."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Create a payment intent, confirmed at once if the caller says `confirm`."""
        owner = params.text("customer") or None
        if owner:
            self._desk.find("customer", owner)
        amount = params.integer("amount", least=1)
        intent = self.intent(amount, params.required("currency").lower(), owner, params)
        if params.boolean("confirm"):
            return self._answer(self.attempt(intent, intent["payment_method"]))
        return intent

    def intent(self, amount: int, currency: str, owner: str | None, params: Params) -> Record:
        """Store a new payment intent."""
        identifier = self._desk.name("pi", params)
        given = params.text("payment_method")
        method = PaymentMethods(self._desk).usable(given) if given else None
        record: Record = {
            "id": identifier,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "charges": listing([], f"/v1/charges?payment_intent={identifier}"),
            "client_secret": f"{identifier}_secret_sandbox",
            "confirmation_method": "automatic",
            "created": self._desk.now(owner),
            "currency": currency,
            "customer": owner,
            "description": params.text("description") or None,
            "invoice": params.text("invoice") or None,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": params.metadata(),
            "next_action": None,
            "payment_method": method,
            "payment_method_options": {},
            "payment_method_types": params.listed("payment_method_types") or ["card"],
            "setup_future_usage": None,
            "status": "requires_confirmation" if method else "requires_payment_method",
        }
        return self._desk.save(record, "payment_intent.created")

    def retrieve(self, params: Params) -> Record:
        """Return a payment intent."""
        return self._desk.find("payment_intent", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change metadata, description or payment method of a payment intent."""
        record = self.retrieve(params)
        changes: Record = {"metadata": params.metadata(record["metadata"])}
        changes |= {name: params.text(name) for name in ("description", "payment_method") if params.has(name)}
        return self._desk.save(record | changes)

    def confirm(self, params: Params) -> Record:
        """Charge a payment intent."""
        intent = self.retrieve(params)
        if intent["status"] not in _OPEN:
            raise _unexpected(intent, "confirm")
        return self._answer(self.attempt(intent, params.text("payment_method") or intent["payment_method"]))

    def cancel(self, params: Params) -> Record:
        """Give a payment intent up."""
        intent = self.retrieve(params)
        if intent["status"] not in _OPEN:
            raise _unexpected(intent, "cancel")
        changes: Record = {"status": "canceled", "canceled_at": self._desk.now(intent["customer"])}
        changes["cancellation_reason"] = params.text("cancellation_reason") or None
        return self._desk.save(intent | changes, "payment_intent.canceled")

    def list(self, params: Params) -> Record:
        """Return a page of payment intents."""
        return self._desk.page("payment_intent", params, "/v1/payment_intents", customer=params.text("customer"))

    def attempt(self, intent: Record, method_id: str | None) -> Record:
        """Try to collect: the intent afterwards says how it went.

        A decline is no error here: it leaves `requires_payment_method` and `last_payment_error`.
        """
        if not method_id:
            error = {"type": "invalid_request_error", "message": "There is no payment method to charge."}
            return self._desk.save(
                intent | {"status": "requires_payment_method", "last_payment_error": error},
                "payment_intent.payment_failed",
            )
        method = self._method(method_id, intent["customer"])
        intent = intent | {"payment_method": method["id"], "payment_method_types": [method["type"]]}
        behaviour = method["metadata"].get("sandbox_decline", "")
        if behaviour in ("charge", "attach"):
            return self._declined(intent, method)
        if method["type"] != "card":
            return self._debited(intent, method)
        return self._succeeded(intent, self._charge(intent, method, "succeeded"))

    def settle(self, intent_id: str) -> Record | None:
        """End a bank debit: the bank has answered. None if there is nothing to end any more."""
        intent = self._desk.find("payment_intent", intent_id)
        if intent["status"] != "processing":
            return None
        method = self._desk.find("payment_method", intent["payment_method"])
        charge = self._desk.find("charge", intent["latest_charge"])
        if method["metadata"].get("sandbox_decline") == "later":
            return self._declined(intent, method, charge)
        charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
        charge["balance_transaction"] = self.move(charge["id"], "charge", charge["amount"], charge["currency"])["id"]
        return self._succeeded(intent, self._desk.save(charge))

    def move(self, source: str, kind: str, amount: int, currency: str, fee: int | None = None) -> Record:
        """Write a movement on the provider's balance; a charge bears the usual fee."""
        if fee is None:
            fee = half_up(amount * FEE_SHARE) + FEE_FIXED if kind == "charge" else 0
        at = self._desk.live()
        details = [
            {"amount": fee, "application": None, "currency": currency, "description": "fees", "type": "stripe_fee"}
        ]
        categories = {"adjustment": "dispute"}
        return self._desk.save(
            {
                "id": self._desk.name("txn"),
                "object": "balance_transaction",
                "amount": amount,
                "available_on": at + 2 * DAY,
                "created": at,
                "currency": currency,
                "description": None,
                "exchange_rate": None,
                "fee": fee,
                "fee_details": details if fee else [],
                "net": amount - fee,
                "reporting_category": categories.get(kind, kind),
                "source": source,
                "status": "pending",
                "type": kind,
            }
        )

    def _method(self, method_id: str, owner: str | None) -> Record:
        method = self._desk.find("payment_method", PaymentMethods(self._desk).usable(method_id))
        if method["customer"] not in (None, owner):
            raise BillingError("The payment method does not belong to this customer.", param="payment_method")
        return method

    def _debited(self, intent: Record, method: Record) -> Record:
        """Send a debit to the bank, which answers in two days."""
        charge = self._charge(intent, method, "pending")
        intent |= {"status": "processing", "latest_charge": charge["id"]} | self._charges(intent, charge)
        self._desk.plan(self._desk.now(intent["customer"]) + 2 * DAY, "settle", intent)
        return self._desk.save(intent, "payment_intent.processing")

    def _declined(self, intent: Record, method: Record, charge: Record | None = None) -> Record:
        reason = method["metadata"]["sandbox_reason"]
        card = method["type"] == "card"
        error: Record = {"type": "card_error" if card else "invalid_request_error", "payment_method": method}
        code = "card_declined" if card else "payment_method_provider_decline"
        if card and reason == "expired_card":
            code = reason
        error |= {"code": code, "decline_code": reason, "message": "Your card was declined."}
        charge = charge or self._charge(intent, method, "failed")
        charge |= {"status": "failed", "failure_code": code, "failure_message": error["message"]}
        error["charge"] = charge["id"]
        self._desk.save(charge, "charge.failed")
        changes: Record = {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
        changes |= {"latest_charge": charge["id"]} | self._charges(intent, charge)
        return self._desk.save(intent | changes, "payment_intent.payment_failed")

    def _succeeded(self, intent: Record, charge: Record) -> Record:
        self._desk.emit("charge.succeeded", charge)
        changes: Record = {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
        changes |= {"latest_charge": charge["id"]} | self._charges(intent, charge)
        intent = self._desk.save(intent | changes, "payment_intent.succeeded")
        method = self._desk.find("payment_method", intent["payment_method"])
        if method["metadata"].get("sandbox_decline") == "dispute":
            self._desk.plan(self._desk.now(intent["customer"]), "dispute", charge)
        return intent

    def _charges(self, intent: Record, charge: Record) -> Record:
        return {"charges": listing([charge], f"/v1/charges?payment_intent={intent['id']}")}

    def _charge(self, intent: Record, method: Record, status: str) -> Record:
        identifier = self._desk.name("ch")
        succeeded = status == "succeeded"
        amount = intent["amount"]
        movement = self.move(identifier, "charge", amount, intent["currency"])["id"] if succeeded else None
        record: Record = {
            "id": identifier,
            "object": "charge",
            "amount": amount,
            "amount_captured": amount if succeeded else 0,
            "amount_refunded": 0,
            "balance_transaction": movement,
            "billing_details": method["billing_details"],
            "captured": succeeded,
            "created": self._desk.now(intent["customer"]),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_code": None,
            "failure_message": None,
            "invoice": intent["invoice"],
            "livemode": False,
            "metadata": intent["metadata"],
            "outcome": {"type": "authorized" if succeeded else "issuer_declined", "network_status": None},
            "paid": succeeded,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": None,
            "refunded": False,
            "refunds": listing([], f"/v1/charges/{identifier}/refunds"),
            "status": status,
        }
        return self._desk.save(record)

    def _answer(self, intent: Record) -> Record:
        """Return a confirmed intent, or what its card said."""
        error = intent["last_payment_error"]
        if error is None:
            return intent
        if error["type"] == "card_error":
            refusal = declined_card(error["decline_code"])
            refusal.code = error["code"]
            refusal.extra |= {"payment_intent": intent, "charge": error["charge"]}
            raise refusal
        raise BillingError(error["message"], param="payment_method")


def _unexpected(intent: Record, what: str) -> BillingError:
    return BillingError(
        f"You cannot {what} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
