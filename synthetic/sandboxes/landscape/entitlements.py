"""Entitlements behind the `entitlements` port: who may use what, by tenant and subscription."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer
from synthetic.sandboxes.landscape.rows import Table, in_memory
from synthetic.sandboxes.ledger.master import Master


class Entitlements:
    """Tenants and entitlements; a lower version is never applied."""

    def __init__(self, master: Master, now: Callable[[], datetime], table: Table = in_memory) -> None:
        """Keep everything in tables of `table`."""
        self._master = master
        self._now = now
        self.tenants = table("tenant")
        self.entitlements = table("entitlement")

    def register_tenant(self, customer: Mapping[str, JSON]) -> Answer:
        """Make the tenant of a customer, once."""
        self.tenants[str(customer["id"])] = dict(customer)
        return {"tenant": f"ten_{customer['id']}"}

    def set_entitlement(
        self,
        subscription: str,
        customer: str,
        items: list[dict[str, Any]],
        version: int,
        status: str,
        ends: int | None = None,
    ) -> Answer:
        """Switch the entitlement of a subscription; a lower version changes nothing."""
        del ends
        known = self.entitlements.get(subscription)
        if known is None or version >= known["version"]:
            day = self._now().date()
            self.entitlements[subscription] = {
                "customer": customer,
                "status": status,
                "features": ",".join(sorted({self._master.features(item["sku"], day) for item in items})),
                "quantity": sum(int(item["quantity"]) for item in items),
                "version": version,
            }
        return {"subscription": subscription}

    def rows(self) -> list[Answer]:
        """Return every tenant and entitlement."""
        tenants: list[Answer] = [{"tenant": name} for name in sorted(self.tenants)]
        return tenants + [
            {"subscription": name, **{k: found[k] for k in ("customer", "status", "features", "quantity")}}
            for name, found in sorted(self.entitlements.items())
        ]

    def tenant_of(self, customer: str) -> Answer:
        """Show the tenant of a customer."""
        found = self.tenants.get(customer)
        return {"count": 0} if found is None else {"count": 1, "tenant": f"ten_{customer}"}

    def entitlement_of(self, subscription: str) -> Answer:
        """Show what a subscription entitles to."""
        found = self.entitlements.get(subscription)
        if found is None:
            return {"count": 0}
        return {"count": 1} | {name: found[name] for name in ("customer", "status", "features", "quantity")}
