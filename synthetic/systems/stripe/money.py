"""Money in billing: charges, refunds, disputes, payouts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from synthetic.deeds import Answer
from synthetic.systems.stripe.api import StripeApi


class StripeMoney:
    """Operations are the public methods, named as probes say them."""

    def __init__(self, api: StripeApi) -> None:
        """Keep it."""
        self._api = api

    # deeds

    def close_dispute(self, dispute: str) -> Answer:
        """Give in to a dispute: it is lost."""
        return {"id": dispute, "status": self._api.post(f"disputes/{dispute}/close", {}, "close")["status"]}

    def refund(self, payment: str, amount: int) -> Answer:
        """Give money of a payment back."""
        found = self._api.post("refunds", {"charge": payment, "amount": amount}, "refund")
        return {"id": found["id"], "status": found["status"]}

    def answer_dispute(self, dispute: str, evidence: str) -> Answer:
        """Send evidence for a dispute."""
        params = {"evidence": {"uncategorized_text": evidence}}
        return {"id": dispute, "status": self._api.post(f"disputes/{dispute}", params, "answer")["status"]}

    def pay_out(self, currency: str, entity: str) -> Answer:
        """Have everything that is held in a currency paid out to the bank; "" where nothing is held."""
        held = self._api.get("balance")["available"]
        amount = sum(int(one["amount"]) for one in held if one["currency"] == currency.lower())
        if amount <= 0:
            return {"id": "", "amount": 0}
        params = {"currency": currency.lower(), "amount": amount, "metadata": {"legal_entity": entity}}
        found = self._api.post("payouts", params, "payout")
        return {"id": found["id"], "amount": int(found["amount"])}

    # looks

    def payment_of(self, payment: str) -> Answer:
        """Show a payment."""
        found = self._api.get(f"charges/{payment}")
        return {
            "count": 1,
            "status": found["status"],
            "amount": int(found["amount"]),
            "refunded": int(found["amount_refunded"]),
            "currency": str(found["currency"]).upper(),
            "disputed": bool(found["disputed"]),
        }

    def refund_of(self, refund: str) -> Answer:
        """Show a refund."""
        found = self._api.get(f"refunds/{refund}")
        return {
            "count": 1,
            "status": found["status"],
            "amount": int(found["amount"]),
            "currency": str(found["currency"]).upper(),
            "payment": found["charge"],
        }

    def dispute_of(self, payment: str) -> Answer:
        """Show the disputes of a payment, the newest first."""
        found = self._api.list("disputes", {"charge": payment})
        if not found:
            return {"count": 0}
        return {
            "count": len(found),
            "dispute": found[0]["id"],
            "status": found[0]["status"],
            "amount": int(found[0]["amount"]),
            "currency": str(found[0]["currency"]).upper(),
        }

    def payout_of(self, payout: str) -> Answer:
        """Show a payout and what it is made of: all that moved on the balance since the payout before it."""
        found = self._api.get(f"payouts/{payout}")
        moves = self._since_last(found)
        gross = {kind: sum(int(one["amount"]) for one in moves if one["type"] == kind) for kind in _MOVES}
        disputes = [one for one in moves if one["type"] == "adjustment"]
        dispute_fees = sum(int(one["fee"]) for one in disputes)
        return {
            "count": 1,
            "status": found["status"],
            "currency": str(found["currency"]).upper(),
            "entity": found["metadata"].get("legal_entity", ""),
            "amount": int(found["amount"]),
            "charges": gross["charge"],
            "refunds": -gross["refund"] - gross["refund_failure"],
            "disputes": dispute_fees - gross["adjustment"],
            "fees": sum(int(one["fee"]) for one in moves) - dispute_fees,
            "arrives": str(datetime.fromtimestamp(found["arrival_date"], UTC).date()),
        }

    # inside

    def _since_last(self, payout: Mapping[str, Any]) -> list[dict[str, Any]]:
        moves = [one for one in self._api.list("balance_transactions") if one["currency"] == payout["currency"]]
        places = [place for place, one in enumerate(moves) if one["source"] == payout["id"]]
        if not places:
            return []
        older = moves[places[0] + 1 :]  # the newest come first
        end = next((place for place, one in enumerate(older) if one["type"] == "payout"), len(older))
        return older[:end]


_MOVES = ("charge", "refund", "refund_failure", "adjustment")
