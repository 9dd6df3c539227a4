"""`entitlements`: what each tenant may use, as the product asks at every sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.landscape.entitlements import Entitlements
from synthetic.sandboxes.sync.facts import entitlement_id, tenant_id

_REASONS = {"on": "activated", "suspended": "payment_failed", "off": "cancelled"}


class EntitlementsFace:
    """Operations of the contract over one system of entitlements."""

    def __init__(self, system: Entitlements, now: Callable[[], datetime]) -> None:
        """Work on `system`."""
        self._system = system
        self._now = now

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listEntitlements": self._list,
            "getEntitlement": lambda asked: self._found(asked)[0],
            "grantCourtesy": self._grant,
            "revokeEntitlement": self._revoke,
            "checkAccess": self._check,
            "listTenants": self._list_tenants,
        }

    def rows(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield every entitlement as the contract has it, with the name of what it comes from."""
        for subscription, found in self._system.entitlements.items():
            for number, item in enumerate(found["items"]):
                yield self.shown(subscription, found, number, item), subscription
        for name, found in self._system.courtesies.items():
            yield self._courtesy(name, found), name

    def shown(
        self, subscription: str, found: Mapping[str, Any], number: int, item: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the entitlement to one item of a subscription."""
        return {
            "id": entitlement_id(subscription, number),
            "version": found["changes"],
            "tenant_id": tenant_id(found["customer"]),
            "customer_id": found["customer"],
            "contract_id": found["contract"] or None,
            "subscription_id": subscription,
            "sku": item["sku"],
            "features": self._features(item["sku"], item["quantity"]),
            "quantity": str(item["quantity"]),
            "status": found["status"],
            "grant_source": "subscription",
            "effective_from": found["since"],
            "effective_until": found["updated"] if found["status"] == "off" else None,
            "reason": _reason(found),
            "updated_at": found["updated"],
        }

    def _courtesy(self, name: str, found: Mapping[str, Any]) -> dict[str, Any]:
        is_on = not found["revoked"] and found["until"] > self._stamp()
        return {
            "id": f"en_{name}",
            "version": found["changes"],
            "tenant_id": tenant_id(found["customer"]),
            "customer_id": found["customer"],
            "contract_id": None,
            "subscription_id": None,
            "sku": found["sku"],
            "features": self._features(found["sku"], "1"),
            "quantity": "1",
            "status": "on" if is_on else "off",
            "grant_source": "courtesy",
            "effective_from": found["since"],
            "effective_until": found["updated"] if found["revoked"] else found["until"],
            "reason": "courtesy",
            "updated_at": found["updated"],
        }

    def _features(self, sku: str, quantity: str) -> list[dict[str, str]]:
        switches = [{"name": name, "type": "switch", "value": "true"} for name in self._system.features_of(sku)]
        return [*switches, {"name": "seats", "type": "quantity", "value": str(quantity)}]

    def _list(self, asked: Asked) -> Any:
        rows = [row for row, _ in self.rows()]
        for name in ("customer_id", "status", "grant_source"):
            if asked[name] is not None:
                rows = [row for row in rows if row[name] == asked[name]]
        return page(rows, asked, lambda row: str(row["id"]))

    def _found(self, asked: Asked) -> tuple[dict[str, Any], str]:
        wanted = asked["entitlement_id"]
        found = next(((row, name) for row, name in self.rows() if row["id"] == wanted), None)
        if found is None:
            raise RefusalError(404, f"No entitlement {wanted}.")
        return found

    def _grant(self, asked: Asked) -> Any:
        body = asked.body
        customer = self._customer(body["tenant_id"])
        if customer is None:
            raise RefusalError(422, f"No tenant {body['tenant_id']}.")
        name = self._system.grant_courtesy(customer, body["sku"], body["hours"], body["reason"], body["granted_by"])
        return self._courtesy(name, self._system.courtesies[name])

    def _revoke(self, asked: Asked) -> Any:
        row, name = self._found(asked)
        body = asked.body
        end = self._system.end_courtesy if row["grant_source"] == "courtesy" else self._system.revoke
        end(name, body["reason"], body["revoked_by"])
        return self._found(asked)[0]

    def _check(self, asked: Asked) -> Any:
        tenant, sku = asked["tenant_id"], asked["sku"]
        if self._customer(tenant) is None:
            raise RefusalError(404, f"No tenant {tenant}.")
        states = {row["status"] for row, _ in self.rows() if row["tenant_id"] == tenant and row["sku"] == sku}
        status = next((one for one in ("on", "suspended") if one in states), "off")
        return {"tenant_id": tenant, "allowed": status == "on", "status": status, "sku": sku}

    def _list_tenants(self, asked: Asked) -> Any:
        rows = [tenant(name, found) for name, found in self._system.tenants.items()]
        wanted = asked["account_id"]
        rows = [row for row in rows if wanted in (None, row["account_id"])]
        return page(rows, asked, lambda row: str(row["tenant_id"]))

    def _customer(self, wanted: str) -> str | None:
        return next((name for name in self._system.tenants if tenant_id(name) == wanted), None)

    def _stamp(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")


def tenant(customer: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tenant as the contract has it."""
    sold_to = found.get("sold_to")
    account = sold_to.get("account_id") if isinstance(sold_to, Mapping) else ""
    return {
        "tenant_id": tenant_id(customer),
        "customer_id": customer,
        "account_id": account or customer,
        "created_at": found["since"],
    }


def _reason(found: Mapping[str, Any]) -> str:
    """Return why it is as it is: an entitlement that was on before and is on again was paid for after all."""
    if found["status"] == "on" and found["changes"] > 1:
        return "amended"
    return _REASONS.get(str(found["status"]), "activated")
