"""Events that follow from what is asked of CRM, entitlements and analytics, as their contracts have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.sync.billed import sku_of
from synthetic.sandboxes.sync.events import instant

Object = Mapping[str, Any]
_REASONS = {"on": "activated", "suspended": "payment_failed", "off": "cancelled"}
_UNSEEN = frozenset({"version", "updated_at", "effective_from", "reason", "as_of"})
"""Fields that differ each time something is told, and are no news by themselves."""


def customer_data(document: Object) -> dict[str, Any]:
    """Return the data of `customer.onboarded` and `customer.updated`: a canonical customer, as the CRM tells it."""
    names = ("id", "version", "legal_name", "country", "kind", "legal_entity", "currency", "parent_id", "created_at")
    return {name: document[name] for name in names} | {
        "source_system": "crm",
        "sold_to": document["sold_to"],
        "bill_to": document["bill_to"],
        "requested_terms": document["payment_terms"],
        "status": "active",
        "synthetic": document["synthetic"],
    }


def tenant_data(document: Object, tenant: str) -> dict[str, Any]:
    """Return the data of `tenant.provisioned` of a canonical customer."""
    return {
        "tenant_id": tenant,
        "customer_id": document["id"],
        "account_id": document["sold_to"]["account_id"],
        "legal_entity": document["legal_entity"],
        "created_at": instant(document["version"]),
    }


def tenant_id(customer: str) -> str:
    """Return the id of the tenant of a customer."""
    return f"ten_{customer.removeprefix('cus_')}"


def entitlement_id(subscription: str, number: int = 0) -> str:
    """Return the id of the entitlement to an item of a subscription, items counted from 0."""
    plain = re.sub(r"[^A-Za-z0-9]", "_", subscription.removeprefix("sub_"))
    return f"en_{plain}" if not number else f"en_{plain}_{number + 1}"


def entitlements(subscription: Object, status: str, master: Master, version: int, tenant: str) -> list[dict[str, Any]]:
    """Return what each item of a subscription entitles to, as canonical entitlements."""
    found = []
    metadata = subscription.get("metadata") or {}
    at = datetime.fromtimestamp(version, UTC)
    for number, item in enumerate(subscription["items"]["data"]):
        sku = sku_of(item)
        found.append(
            {
                "id": entitlement_id(str(subscription["id"]), number),
                # items of one subscription are told one after the other
                "version": version + number,
                "tenant_id": tenant,
                "customer_id": subscription["customer"],
                "contract_id": metadata.get("contract_id") or None,
                "subscription_id": subscription["id"],
                "sku": sku,
                "features": [one for one in master.features(sku, at.date()).split(",") if one],
                "quantity": str(item.get("quantity") or 1),
                "status": status,
                "grant_source": "trial" if subscription["status"] == "trialing" else "subscription",
                "effective_from": instant(version),
                "effective_until": None,
                "reason": _REASONS[status],
                "synthetic": metadata.get("synthetic") == "true",
                "updated_at": instant(version),
            }
        )
    return found


def forecast_data(subscription: Object, row: Object, version: int) -> dict[str, Any] | None:
    """Return the data of `forecast.updated` of the row that analytics derived; None where it derived none."""
    if not {"arr", "currency", "renews"} <= set(row):
        return None
    metadata = subscription.get("metadata") or {}
    ends = row["renews"] or str(datetime.fromtimestamp(int(subscription["current_period_end"]), UTC).date())
    is_live = row.get("status") == "live"
    return {
        "contract_id": metadata.get("contract_id") or subscription["id"],
        "version": version,
        "customer_id": subscription["customer"],
        "legal_entity": metadata.get("legal_entity", ""),
        "currency": row["currency"],
        "arr": row["arr"] if is_live else 0,
        "renewal_date": ends,
        # derived, not estimated: a subscription renews by itself, or it was cancelled
        "probability_percent": 100 if is_live and row["renews"] is not None else 0,
        "as_of": instant(version),
    }


def news(before: Object | None, data: Object) -> dict[str, Any] | None:
    """Return data under the version in which it is news; None where it says what was said before, only later.

    Two changes may come in one second, and their versions are seconds: the second one comes one later.
    """
    known = before["data"] if before else {}
    if before and all(known.get(name) == value for name, value in data.items() if name not in _UNSEEN):
        return None
    return {**data, "version": max(int(data["version"]), int(known.get("version", 0)) + 1)}
