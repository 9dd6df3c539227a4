"""What a billing object says, read in one place: our facts in its metadata, its times, terms and collector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from synthetic.sandboxes.ledger.values import RefusedError

Object = Mapping[str, Any]
_NET_DAYS = {30: "NET30", 60: "NET60"}


def collector_of(found: Object) -> str:
    """Return who chases an invoice by how it is collected: billing tries the card again, the ERP writes letters."""
    return "erp" if found.get("collection_method") == "send_invoice" else "billing"


def terms_of(found: Object) -> str:
    """Return the terms of an invoice: `CARD` where billing charges it, else its days from the document date."""
    if found.get("collection_method") != "send_invoice":
        return "CARD"
    due, created = found.get("due_date"), found.get("effective_at") or found["created"]
    days = round((int(due) - int(created)) / 86400) if due else 30
    return _NET_DAYS.get(days, f"NET{days}")


def sku_of(line: Object) -> str:
    """Return the SKU a line or item sells.

    Raises:
        RefusedError: It names none.
    """
    price = line.get("price") or {}
    sku = metadata_of(price).get("sku") or price.get("lookup_key") or metadata_of(line).get("sku")
    if not sku:
        raise RefusedError("sku-unmapped", f"line {line['id']} names no SKU", "Give the price metadata `sku`.")
    return str(sku)


def entity_of(found: Object) -> str:
    """Return the legal entity that a billing object names.

    Raises:
        RefusedError: It names none.
    """
    entity = metadata_of(found).get("legal_entity", "")
    if not entity:
        raise RefusedError("entity-unknown", f"{found['id']} names no legal entity", "Set metadata `legal_entity`.")
    return entity


def metadata_of(found: Object) -> Mapping[str, str]:
    """Return our own facts of a billing object."""
    return found.get("metadata") or {}


def finalised_at(found: Object) -> datetime:
    """Return when an invoice was finalised, or made where billing does not say."""
    transitions = found.get("status_transitions") or {}
    return moment(transitions.get("finalized_at") or found["created"])


def moment(seconds: int) -> datetime:
    """Return the instant of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def instant(at: datetime) -> str:
    """Return an instant as canonical documents write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
