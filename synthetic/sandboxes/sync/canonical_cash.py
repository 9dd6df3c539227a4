"""Payments, refunds, disputes and payouts of billing to canonical documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from harness.model import JSON
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.sync.billed import Object, entity_of, instant, metadata_of, moment

_DISPUTE_REASONS = {
    "fraudulent": "fraudulent",
    "product_not_received": "product_not_received",
    "duplicate": "duplicate",
    "subscription_canceled": "subscription_cancelled",
    "unrecognized": "unrecognised",
}


def payment(found: Object, of_invoice: Mapping[str, JSON], master: Master, version: int) -> dict[str, JSON]:
    """Return the canonical payment of a charge that succeeded."""
    entity = str(of_invoice["legal_entity"])
    day = moment(found["created"]).astimezone(master.of(entity).zone).date()
    return {
        "id": found["id"],
        "source_system": "billing",
        "version": version,
        "customer_id": found.get("customer"),
        "legal_entity": entity,
        "currency": str(found["currency"]).upper(),
        "amount": int(found["amount"]),
        "method": "card",
        "status": "succeeded",
        "invoice_id": of_invoice["id"],
        "applications": [],
        "unapplied": 0,
        "value_date": str(day),
        "synthetic": bool(of_invoice.get("synthetic")),
        "created_at": instant(moment(found["created"])),
    }


def refund(found: Object, of_payment: Mapping[str, JSON], version: int) -> dict[str, JSON]:
    """Return the canonical refund of one that succeeded."""
    return {
        "id": found["id"],
        "source_system": "billing",
        "version": version,
        "payment_id": of_payment["id"],
        "customer_id": of_payment["customer_id"],
        "legal_entity": of_payment["legal_entity"],
        "currency": str(found["currency"]).upper(),
        "amount": int(found["amount"]),
        "status": "succeeded",
        "reason": "credit_note",
        "requested_by": metadata_of(found).get("requested_by") or "billing",
        "succeeded_at": instant(moment(found["created"])),
        "synthetic": bool(of_payment.get("synthetic")),
        "created_at": instant(moment(found["created"])),
    }


def dispute(found: Object, of_payment: Mapping[str, JSON], version: int, at: datetime) -> dict[str, JSON]:
    """Return the canonical dispute, opened or closed."""
    status = {"won": "won", "lost": "lost"}.get(str(found["status"]), "needs_response")
    transactions = found.get("balance_transactions") or [{}]
    return {
        "id": found["id"],
        "source_system": "psp",
        "version": version,
        "payment_id": of_payment["id"],
        "invoice_id": of_payment["invoice_id"],
        "customer_id": of_payment["customer_id"],
        "legal_entity": of_payment["legal_entity"],
        "synthetic": bool(of_payment.get("synthetic")),
        "currency": str(found["currency"]).upper(),
        "amount": int(found["amount"]),
        "fee": int(transactions[0].get("fee") or 0),
        "reason": _DISPUTE_REASONS.get(str(found.get("reason")), "other"),
        "status": status,
        "evidence_due_by": instant(moment(_due_by(found))),
        "opened_at": instant(moment(found["created"])),
        "closed_at": instant(at) if status != "needs_response" else None,
    }


def _due_by(found: Object) -> int:
    return int((found.get("evidence_details") or {}).get("due_by") or int(found["created"]) + 7 * 86_400)


def payout(found: Object, version: int, shown: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the canonical payout of one that arrived; `shown` is what the provider says it is made of."""
    parts = {name: int(str(shown[name])) for name in ("charges", "refunds", "disputes", "fees")}
    made_of = parts["charges"] - parts["refunds"] - parts["disputes"] - parts["fees"]
    return {
        "id": found["id"],
        "source_system": "psp",
        "version": version,
        "legal_entity": entity_of(found),
        "currency": str(found["currency"]).upper(),
        "amount": int(found["amount"]),
        **parts,
        "adjustments": int(found["amount"]) - made_of,
        "status": "paid",
        "arrival_date": str(moment(found["arrival_date"]).date()),
    }
