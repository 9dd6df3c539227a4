"""The business state of a landscape as plain JSON, without clocks and running numbers: two equal states are one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from harness.model import JSON
from synthetic.deeds import Answer
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.values import fields_of
from synthetic.sandboxes.sync import Sync

_SEEN_IN_BILLING: Mapping[str, tuple[str, ...]] = {
    "customer": ("name", "metadata"),
    "subscription": ("status", "quantity", "cancel_at_period_end", "metadata"),
    "invoice": ("status", "total", "tax", "amount_remaining", "number", "attempt_count", "metadata"),
    "charge": ("status", "amount", "amount_refunded", "disputed"),
    "credit_note": ("status", "total", "number"),
    "refund": ("status", "amount"),
    "dispute": ("status", "amount"),
}
_UNSEEN = frozenset({"journal_number", "source_version", "text", "last_dunned_at", "applied_at", "extra"})


class Derived(Protocol):
    """A system beside billing, sync and ledger that can show all it knows."""

    def rows(self) -> list[Answer]:
        """Return all it shows."""


def business_state(ledger: Ledger, core: BillingCore, sync: Sync, derived: Mapping[str, Derived]) -> Answer:
    """Return what people could see if they looked at everything."""
    storage = ledger.books.storage
    posted: list[JSON] = sorted((_plain(one) for one in storage.postings()), key=str)
    items: list[JSON] = [*map(_plain, storage.open_items()), *map(_plain, storage.deferrals())]
    cash: list[JSON] = [*map(_plain, storage.applications()), *map(_plain, storage.parties())]
    queue: list[JSON] = [f"{one.object_id} {one.category} {one.code}" for one in sync.storage.exceptions()]
    billed: dict[str, JSON] = {
        kind: [{name: one.get(name) for name in names} for one in core.desk.storage.all(kind)]
        for kind, names in _SEEN_IN_BILLING.items()
    }
    rows: dict[str, JSON] = {name: list(one.rows()) for name, one in derived.items()}
    return {
        "postings": posted,
        "items": sorted(items, key=str),
        "cash": sorted(cash, key=str),
        "exceptions": sorted(queue, key=str),
        "billing": billed,
        **rows,
    }


def _plain(value: Any) -> JSON:
    return _text({name: found for name, found in fields_of(value).items() if name not in _UNSEEN})


def _text(value: Any) -> JSON:
    if isinstance(value, Mapping):
        return {str(name): _text(found) for name, found in value.items()}
    if isinstance(value, (list, tuple)):
        return [_text(found) for found in value]
    return value if isinstance(value, (int, str, bool)) or value is None else str(value)
