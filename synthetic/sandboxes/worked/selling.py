"""Examples of what is sold: accounts, prices, orders, subscriptions, entitlements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from synthetic.sandboxes.landscape.orders import months_after
from synthetic.sandboxes.worked.client import Client, Given

_ADDRESS = {"line1": "Torstrasse 49", "city": "Berlin", "postal_code": "10119", "country": "DE"}


@dataclass(frozen=True, slots=True)
class Sold:
    """Accounts and customers of the examples: one pays by card, one by transfer."""

    account: str
    card: str
    transfer: str
    parties: tuple[str, str]


class Selling:
    """Opens accounts and orders, and notes what can be asked of them."""

    def __init__(self, client: Client, given: Given) -> None:
        """Work with a client."""
        self._client = client
        self._given = given
        self._start = client.today
        self._end = months_after(client.today, 12)

    def play(self) -> Sold:
        """Do it all."""
        card, transfer, lost, kept = (self._account(name, terms) for name, terms in _ACCOUNTS)
        sold = Sold(card[0], card[1], transfer[1], (lost[1], kept[1]))
        self._accounts(card[0], lost[0], kept[0])
        self._prices(card[1])
        self._orders(sold)
        return sold

    def _account(self, name: str, terms: str, parent: str | None = None) -> tuple[str, str]:
        body = _account_body(name, terms, parent)
        account = self._client.ask("crm-accounts", "POST", "/accounts", body)
        rows = self._client.rows("billing-customers", f"/customers?account={account['id']}")
        return account["id"], rows[0]["id"]

    def _accounts(self, account: str, lost: str, kept: str) -> None:
        add = self._given.add
        child, _ = self._account("Kranich Nord GmbH", "NET30", account)
        add("crm-accounts", "POST /accounts", _account_body("Reiher Bau GmbH", "NET30", None))
        add("crm-accounts", "GET /accounts/{account_id}", account_id=account)
        asked = {"currency": "EUR", "order_amount": 600000}
        add("crm-accounts", "POST /accounts/{account_id}/check", asked, account_id=account)
        add("crm-accounts", "GET /accounts/{account_id}/hierarchy", account_id=child)
        merged = {"merged_into": kept, "reason": "Same VAT id and domain"}
        add("crm-accounts", "POST /accounts/{account_id}/merge", merged, account_id=lost)
        customer = self._client.rows("billing-customers", f"/customers?account={account}")[0]["id"]
        add("billing-customers", "GET /customers/{customer_id}", customer_id=customer)
        contact = {"name": "Mara Lindner", "email": "rechnung@kranich.example", "locale": "de-DE"}
        settings: Any = {"billing_contact": contact, "payment_method": "card"}
        add("billing-customers", "PATCH /customers/{customer_id}", settings, customer_id=customer)

    def _prices(self, customer: str) -> None:
        wanted = self._wanted(customer, "PRO-ANNUAL", 1)
        self._given.add("pricing", "POST /price-confirmations", wanted)
        part = months_after(self._start, 3)
        self._given.add("pricing", "POST /price-previews", {**wanted, "start_date": str(part)})

    def _wanted(self, customer: str, sku: str, quantity: int) -> dict[str, Any]:
        period = {"start_date": str(self._start), "end_date": str(self._end)}
        lines = [{"sku": sku, "quantity": str(quantity)}]
        return {"customer_id": customer, "legal_entity": "DE-01", "currency": "EUR", **period, "lines": lines}

    def order_body(self, customer: str, sku: str, quantity: int, action: str = "new") -> dict[str, Any]:
        """Confirm a price and return the order that follows from it."""
        wanted = self._wanted(customer, sku, quantity)
        confirmed = self._client.ask("pricing", "POST", "/price-confirmations", wanted)
        return {
            "customer_id": customer,
            "contract_id": None,
            "legal_entity": "DE-01",
            "currency": "EUR",
            "start_date": str(self._start),
            "term_months": 12,
            "payment_terms": "CARD",
            "action": action,
            "price_confirmation": confirmed["confirmation_id"],
            "lines": confirmed["lines"],
            "auto_renew": True,
        }

    def _ordered(self, customer: str, sku: str, quantity: int, action: str = "new") -> dict[str, Any]:
        body = self.order_body(customer, sku, quantity, action)
        found: dict[str, Any] = self._client.ask("order-acceptance", "POST", "/orders", body)
        return found

    def _begun(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return the subscription that an order became by itself."""
        path = f"/subscriptions?contract_id={order['contract_id']}"
        rows = self._client.wait(
            f"the subscription of {order['order_id']}",
            lambda: self._client.rows("billing-subscriptions", path) or None,
        )
        return rows[0]

    def _orders(self, sold: Sold) -> None:
        add = self._given.add
        seats = self._ordered(sold.card, "PRO-SEAT", 1)
        add("order-acceptance", "POST /orders", self.order_body(sold.card, "PRO-SEAT", 1))
        add("order-acceptance", "GET /orders/{order_id}", order_id=seats["order_id"])
        add("crm-accounts", "GET /contracts/{contract_id}", contract_id=seats["contract_id"], version=1)
        amended, renewed, cancelled, off = (self._begun(self._ordered(sold.card, "PRO-SEAT", 1)) for _ in range(4))
        self._begun(seats)
        # billing does not begin this one by itself: somebody activates it
        waiting = self._ordered(sold.card, "PRO-SEAT", 1, "add_product")
        activation = {"order_id": waiting["order_id"], "contract_id": waiting["contract_id"]}
        add("billing-subscriptions", "POST /subscriptions", {**activation, "term_start": str(self._start)})
        add("billing-subscriptions", "GET /subscriptions/{subscription_id}", subscription_id=amended["id"])
        change = {
            "contract_id": amended["contract_id"],
            "contract_version": 2,
            "effective_date": str(self._start),
            "items": [{"sku": "PRO-SEAT", "quantity": "2"}],
        }
        place = "POST /subscriptions/{subscription_id}"
        add("billing-subscriptions", f"{place}/amendments", change, subscription_id=amended["id"])
        until = str(months_after(date.fromisoformat(renewed["term_end"]), 12))
        next_term = {"term_end": until, "renewal_uplift_percent": "5"}
        add("billing-subscriptions", f"{place}/renewals", next_term, subscription_id=renewed["id"])
        ending = {"effective_date": str(self._start), "refund_unearned": True, "reason": "customer_request"}
        add("billing-subscriptions", f"{place}/cancellation", ending, subscription_id=cancelled["id"])
        self._entitlements(sold.card, amended, off)

    def _entitlements(self, customer: str, granted: dict[str, Any], off: dict[str, Any]) -> None:
        add, tenant = self._given.add, f"ten_{customer.removeprefix('cus_')}"
        path = f"/entitlements?customer_id={customer}&status=on"

        def all_there() -> dict[str, str] | None:
            found = {row["subscription_id"]: row["id"] for row in self._client.rows("entitlements", path)}
            return found if {granted["id"], off["id"]} <= set(found) else None

        rows = self._client.wait("the entitlements", all_there)
        add("entitlements", "GET /entitlements/{entitlement_id}", entitlement_id=rows[granted["id"]])
        body = {"reason": "Real grant seen", "revoked_by": "support.kim"}
        add("entitlements", "POST /entitlements/{entitlement_id}/revocation", body, entitlement_id=rows[off["id"]])
        add("entitlements", "GET /tenants/{tenant_id}/access", tenant_id=tenant, sku="PRO-SEAT")
        grant = {"tenant_id": tenant, "sku": "PRO-ANNUAL", "hours": 24}
        grant |= {"reason": "Activation event delayed", "granted_by": "support.kim"}
        add("entitlements", "POST /entitlements/courtesy", grant)


_ACCOUNTS = (
    ("Kranich Logistik GmbH", "CARD"),
    ("Adler Werke AG", "NET30"),
    ("Milan Bau GmbH", "NET30"),
    ("Milan Bau GmbH und Co", "NET30"),
)


def _account_body(name: str, terms: str, parent: str | None) -> dict[str, Any]:
    """Return an account with a VAT id that has the right shape and is its own: nine digits made of its name."""
    digits = f"{sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 10**9:09}"
    told: dict[str, Any] = {"legal_name": name, "country": "DE", "kind": "business", "currency": "EUR"}
    return told | {"parent_id": parent, "address": _ADDRESS, "requested_terms": terms, "tax_id": f"DE{digits}"}
