"""Entitlements behind the `entitlements` port: who may use what, by tenant and subscription."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError
from synthetic.sandboxes.landscape.facts import Facts
from synthetic.sandboxes.landscape.rows import Row, Table, in_memory
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.sync.facts import entitlement_id, tenant_id

_PORT = "entitlements"


class Entitlements:
    """Tenants and entitlements; a lower version of a subscription is never applied.

    Args:
        master: What a SKU grants.
        now: The clock.
        table: Opens tables.
    """

    def __init__(self, master: Master, now: Callable[[], datetime], table: Table = in_memory) -> None:
        """Keep everything in tables of `table`."""
        self._master = master
        self._now = now
        self.tenants = table("tenant")
        self.entitlements = table("entitlement")
        self.courtesies = table("courtesy")
        self.facts = Facts(table("entitlement-fact"), now)

    def register_tenant(self, customer: Mapping[str, JSON]) -> Answer:
        """Make the tenant of a customer, once."""
        name = str(customer["id"])
        known = self.tenants.get(name)
        self.tenants[name] = {**customer, "since": known["since"] if known else self._stamp()}
        return {"tenant": tenant_id(name)}

    def set_entitlement(  # noqa: PLR0913, PLR0917  (an entitlement has these facts)
        self,
        subscription: str,
        customer: str,
        items: list[dict[str, Any]],
        version: int,
        status: str,
        ends: int | None = None,
        contract: str = "",
    ) -> Answer:
        """Switch the entitlement of a subscription; a lower version changes nothing."""
        del ends
        known = self.entitlements.get(subscription)
        if known is None or version >= known["version"]:
            day = self._now().date()
            found: Row = {
                "customer": customer,
                "status": status,
                "features": ",".join(sorted({self._master.features(item["sku"], day) for item in items})),
                "quantity": sum(int(item["quantity"]) for item in items),
                "version": version,
                "items": [{"sku": item["sku"], "quantity": str(item["quantity"])} for item in items],
                "contract": contract or (known or {}).get("contract", ""),
                "revoked": "",
            }
            self._keep(subscription, found, known)
        return {"subscription": subscription}

    def _keep(self, subscription: str, found: Row, known: Row | None) -> None:
        """Keep an entitlement under its next own version, if it changed."""
        seen = ("status", "items", "contract", "revoked")
        if known is not None and all(found[name] == known[name] for name in seen):
            self.entitlements[subscription] = {**known, "version": found["version"]}
            return
        own = {"changes": known["changes"] + 1 if known else 1, "updated": self._stamp()}
        self.entitlements[subscription] = {**found, **own, "since": known["since"] if known else self._stamp()}

    def revoke(self, subscription: str, reason: str, who: str) -> None:
        """Switch an entitlement off at once; what billing says later counts again.

        Raises:
            RefusedError: `state`: it is off.
        """
        known = self.entitlements[subscription]
        if known["status"] == "off":
            raise RefusedError(_PORT, "state", f"the entitlement of {subscription} is off")
        self._keep(subscription, {**known, "status": "off", "revoked": f"{reason} ({who})"}, known)
        for number, item in enumerate(known["items"]):
            told: Row = {"id": entitlement_id(subscription, number), "subscription_id": subscription}
            told |= {"contract_id": known["contract"] or None, "status": "off", "grant_source": "subscription"}
            told |= {"effective_from": known["since"], "effective_until": self._stamp(), "reason": "terminated"}
            self._tell(subscription, known["customer"], item, told)

    def grant_courtesy(self, customer: str, sku: str, hours: int, reason: str, who: str) -> str:
        """Let a tenant use a SKU for some hours while the real grant is missing; return the name of the grant.

        Raises:
            RefusedError: `sku-unknown`.
        """
        day = self._now().date()
        if not self._master.features(sku, day):
            raise RefusedError(_PORT, "sku-unknown", f"{sku} is not on sale")
        name = f"courtesy_{len(self.courtesies) + 1}"
        until = (self._now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found: Row = {"customer": customer, "sku": sku, "since": self._stamp(), "until": until, "changes": 1}
        self.courtesies[name] = found | {"reason": reason, "who": who, "updated": self._stamp(), "revoked": ""}
        self._tell_courtesy(name, until, "on")
        return name

    def end_courtesy(self, name: str, reason: str, who: str) -> None:
        """End courtesy access before its time.

        Raises:
            RefusedError: `state`: it has ended.
        """
        known = self.courtesies[name]
        if known["revoked"] or known["until"] <= self._stamp():
            raise RefusedError(_PORT, "state", f"{name} has ended")
        own = {"revoked": f"{reason} ({who})", "updated": self._stamp(), "changes": known["changes"] + 1}
        self.courtesies[name] = {**known, **own}
        self._tell_courtesy(name, self._stamp(), "off")

    def _tell_courtesy(self, name: str, until: str, status: str) -> None:
        found = self.courtesies[name]
        told: Row = {"id": f"en_{name}", "subscription_id": None, "contract_id": None, "status": status}
        told |= {"grant_source": "courtesy", "effective_from": found["since"], "effective_until": until}
        item = {"sku": found["sku"], "quantity": "1"}
        self._tell(f"en_{name}", found["customer"], item, told | {"reason": "courtesy"})

    def _tell(self, subject: str, customer: str, item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        """Let others hear of what no event of billing caused; versions count seconds, as those of billing do."""
        version = int(self._now().timestamp())
        sku = str(item["sku"])
        entity = str(self.tenants.get(customer, {}).get("legal_entity") or "ZZ-00")
        data = {
            **told,
            "version": version,
            "tenant_id": tenant_id(customer),
            "customer_id": customer,
            "sku": sku,
            "features": self.features_of(sku),
            "quantity": str(item["quantity"]),
            "updated_at": self._stamp(),
        }
        self.facts.tell("entitlement.changed", subject, data | {"_entity": entity}, version)

    def facts_of(self, after: int = 0) -> Answer:
        """Show what others must hear of, after a number."""
        return self.facts.after(after)

    def features_of(self, sku: str) -> list[str]:
        """Return the names of the features that a SKU grants."""
        return [one.strip() for one in self._master.features(sku, self._now().date()).split(",") if one.strip()]

    def rows(self) -> list[Answer]:
        """Return every tenant and entitlement."""
        tenants: list[Answer] = [{"tenant": name} for name in sorted(self.tenants)]
        return tenants + [
            {"subscription": name, **{k: found[k] for k in ("customer", "status", "features", "quantity")}}
            for name, found in sorted(self.entitlements.items())
        ]

    def tenant_of(self, customer: str) -> Answer:
        """Show the tenant of a customer, and how many there are of his account."""
        found = self.tenants.get(customer)
        if found is None:
            return {"count": 0}
        account = _account(found)
        also = [one for one in self.tenants if one != customer and account and account == _account(self.tenants[one])]
        return {"count": 1 + len(also), "tenant": tenant_id(customer)}

    def entitlement_of(self, subscription: str) -> Answer:
        """Show what a subscription entitles to."""
        found = self.entitlements.get(subscription)
        if found is None:
            return {"count": 0}
        return {"count": 1} | {name: found[name] for name in ("customer", "status", "features", "quantity")}

    def _stamp(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _account(customer: Mapping[str, JSON]) -> str:
    """Return the account a customer was sold to, "" if nobody said."""
    seat = customer.get("sold_to")
    return str(seat.get("account_id") or "") if isinstance(seat, Mapping) else ""
