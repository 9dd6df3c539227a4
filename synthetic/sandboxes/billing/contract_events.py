"""Events of the landscape's contract `billing-events` 2.1.0, made from the core's invoices and subscriptions."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from synthetic.sandboxes.billing.contract_invoice import contract_invoice
from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.values import Record, digits

_SCHEMA = "https://contracts.aster.example/events/billing-events/2.1.0"
_KEPT_BY_THE_API = (
    *("replaces_invoice", "service_start", "service_end", "journal_number", "cash_applied", "customer", "posted_at"),
    *("created_at", "credits_applied", "memo", "updated_at", "posting_date", "written_off"),
)
_STATUS = {"active": "active", "trialing": "trialing", "past_due": "past_due", "canceled": "cancelled"}


def invoice_event(core: BillingCore, kind: str, identifier: str) -> Record:
    """Return the event that an invoice was `finalised`, `paid` or `voided`."""
    invoice = core.call("invoices.retrieve", {"id": identifier})
    stamps = invoice["status_transitions"]
    at = {"finalised": stamps["finalized_at"], "paid": stamps["paid_at"], "voided": stamps["voided_at"]}[kind]
    told = contract_invoice(core.desk, invoice)
    data = {name: value for name, value in told.items() if name not in _KEPT_BY_THE_API}
    data |= {"customer_id": invoice["customer"]}
    return _event(f"invoice.{kind}.v2", "InvoiceData", data, at)


def subscription_event(core: BillingCore, identifier: str) -> Record:
    """Return the event that a subscription was activated."""
    found = core.call("subscriptions.retrieve", {"id": identifier})
    metadata = found["metadata"]
    zone = ZoneInfo(core.desk.entity(metadata).zone)
    start, end = (_day(found[name], zone) for name in ("current_period_start", "current_period_end"))
    items = [_item(item, start, end) for item in found["items"]["data"]]
    data: Record = {
        "id": found["id"],
        "version": max(core.desk.storage.version(found["id"]), 1),
        "customer_id": found["customer"],
        "contract_id": metadata.get("contract_id", found["id"]),
        "legal_entity": metadata["legal_entity"],
        "currency": str(found["items"]["data"][0]["price"]["currency"]).upper(),
        "status": _STATUS.get(found["status"], "pending"),
        "payment_terms": "CARD" if found["collection_method"] == "charge_automatically" else "NET30",
        "items": items,
        "term_start": start,
        "term_end": end,
        "auto_renew": not found["cancel_at_period_end"],
    }
    return _event("subscription.activated.v1", "SubscriptionData", data, found["start_date"])


def _item(item: Record, start: str, end: str) -> Record:
    price, places = item["price"], digits(item["price"]["currency"])
    amount = int(price["unit_amount"])
    major = f"{amount // 10**places}.{amount % 10**places:0{places}}" if places else str(amount)
    return {
        "id": item["id"],
        "sku": price["product"],
        "quantity": str(item["quantity"]),
        "unit_price": major,
        "net": amount * int(item["quantity"]),
        "service_start": start,
        "service_end": end,
    }


def _event(kind: str, schema: str, data: Record, at: int) -> Record:
    name = kind.rpartition(".")[0].replace(".", "_")
    return {
        "specversion": "1.0",
        "id": f"ev_{name}_{data['id']}_{data['version']}",
        "source": "/billing",
        "type": f"example.aster.{kind}",
        "time": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "subject": data["id"],
        "datacontenttype": "application/json",
        "dataschema": f"{_SCHEMA}#{schema}",
        "sequence": data["version"],
        "legalentity": data["legal_entity"],
        "correlationid": f"transaction-{data['id']}",
        "data": data,
    }


def _day(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).date().isoformat()
