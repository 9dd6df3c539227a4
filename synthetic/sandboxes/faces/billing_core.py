"""What all of billing's contracts need of the core: records found or refused, operations done, days of an entity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.values import BillingError, Record
from synthetic.sandboxes.faces.face import Asked, RefusalError, page

_STATES = frozenset({"invoice_not_editable", "resource_already_exists", "charge_already_refunded"})


class Billing:
    """One billing core behind contracts; whoever has no legal entity is none of the landscape's customers."""

    def __init__(self, core: BillingCore) -> None:
        """Ask `core`."""
        self.core = core
        self.desk = core.desk

    def do(self, operation: str, params: Mapping[str, Any]) -> Record:
        """Do an operation of the core.

        Raises:
            RefusalError: 409 where the state forbids it, else 422: the request was read, and billing says no.
        """
        try:
            return self.core.call(operation, params)
        except BillingError as error:
            status = 409 if error.code in _STATES else 422
            raise RefusalError(status, error.message) from None

    def found(self, kind: str, identifier: str, *, status: int = 404) -> Record:
        """Return a record of the landscape.

        Raises:
            RefusalError: With `status`: there is none.
        """
        known = self.desk.storage.get(identifier)
        if known is None or known.get("object") != kind or known.get("deleted") or not self.entity_of(known):
            raise RefusalError(status, f"No {kind.replace('_', ' ')} {identifier}.")
        return known

    def all(self, kind: str) -> list[Record]:
        """Return the records of the landscape, oldest first."""
        return [one for one in self.desk.storage.all(kind) if not one.get("deleted") and self.entity_of(one)]

    def entity_of(self, record: Mapping[str, Any]) -> str:
        """Return the legal entity of a record: its own, its invoice's, or its customer's; "" for none."""
        metadata = record.get("metadata") or {}
        if metadata.get("legal_entity"):
            return str(metadata["legal_entity"])
        for name in ("invoice", "charge", "customer"):
            other = self.desk.storage.get(str(record.get(name) or ""))
            if other is not None and (known := self.entity_of(other)):
                return known
        return ""

    def zone(self, record: Mapping[str, Any]) -> ZoneInfo:
        """Return the time zone of the legal entity of a record."""
        return ZoneInfo(self.desk.entity({"legal_entity": self.entity_of(record)}).zone)

    def day(self, record: Mapping[str, Any], at: int) -> str:
        """Return the day of a moment where the legal entity of a record is."""
        return str(datetime.fromtimestamp(at, self.zone(record)).date())

    def today(self, record: Mapping[str, Any]) -> date:
        """Return the day it is where the legal entity of a record is."""
        return datetime.fromtimestamp(self.desk.now(record.get("customer")), self.zone(record)).date()

    def version(self, record: Mapping[str, Any]) -> int:
        """Return how often a record was kept."""
        return max(self.desk.storage.version(str(record["id"])), 1)


def stamp(at: int | None) -> str | None:
    """Return a moment as the contracts write it."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(rows: Iterable[dict[str, Any]], asked: Asked, *equal: str, name: str = "id") -> dict[str, Any]:
    """Return a page of the rows that have what the parameters say."""
    found = [row for row in rows if all(asked[one] in (None, row.get(one)) for one in equal)]
    return page(found, asked, lambda row: str(row[name]))


def plain(identifier: str) -> str:
    """Return the letters, digits and underscores of an id."""
    return re.sub(r"[^A-Za-z0-9_]", "_", identifier)
