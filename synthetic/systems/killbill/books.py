"""What deeds, looks and events read of one tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from synthetic.deeds import RefusedError
from synthetic.systems.billing import PORT, PriceList
from synthetic.systems.killbill.documents import facts_of, lines_of
from synthetic.systems.killbill.tenant import KillBill

_PAGE = 100
AUDITED = "?audit=MINIMAL"
"""Asks for the audit log of what is read: its first line says when it was made."""


class KillBillBooks:
    """One tenant, its price list, and the clock it is looked at with.

    Attributes:
        tenant: The way to it.
        prices: What is sold, and under which tax.
        key: Idempotency key of the deed that is done now; "" for none.
    """

    def __init__(self, tenant: KillBill, prices: PriceList, now: Callable[[], datetime]) -> None:
        """Keep them; nothing is asked yet."""
        self.tenant = tenant
        self.prices = prices
        self.now = now
        self.key = ""

    def account(self, identifier: str) -> dict[str, Any]:
        """Return an account."""
        return self._known(f"/accounts/{identifier}", "account")

    def subscription(self, identifier: str) -> dict[str, Any]:
        """Return a subscription."""
        return self._known(f"/subscriptions/{identifier}", "subscription")

    def invoice(self, identifier: str) -> dict[str, Any]:
        """Return an invoice with its items, and when each was made."""
        return self._known(f"/invoices/{identifier}", "invoice", AUDITED)

    def invoices(self, account: str, subscription: str) -> list[dict[str, Any]]:
        """Return the invoices of a subscription, the newest first."""
        rows = self.tenant.get(f"/accounts/{account}/invoices?withItems=true&includeVoidedInvoices=true") or []
        found = [
            self.invoice(row["invoiceId"])
            for row in rows
            if any(item["subscriptionId"] == subscription for item in row["items"] or ())
        ]
        return sorted(found, key=lambda one: int(one["invoiceNumber"]), reverse=True)

    def fields(self, identifier: str, kind: str = "subscriptions") -> dict[str, str]:
        """Return the custom fields of a subscription (or of `invoices`)."""
        rows = self.tenant.get(f"/{kind}/{identifier}/customFields") or []
        return {row["name"]: row["value"] for row in rows}

    def facts_of_lines(self, invoice: Mapping[str, Any]) -> dict[str, str]:
        """Return our facts of what an invoice sells: of its subscription, or its own where it has none."""
        sold = next((one["subscriptionId"] for one in lines_of(invoice) if one["subscriptionId"]), "")
        return self.fields(sold) if sold else self.fields(invoice["invoiceId"], "invoices")

    def accounts(self) -> Iterator[dict[str, Any]]:
        """Return every account of the tenant, page by page."""
        offset = 0
        while page := self.tenant.get(f"/accounts/pagination?offset={offset}&limit={_PAGE}"):
            yield from page
            offset += _PAGE

    def subscriptions(self, account: str) -> list[dict[str, Any]]:
        """Return the subscriptions of an account."""
        bundles = self.tenant.get(f"/accounts/{account}/bundles") or []
        return [one for bundle in bundles for one in bundle["subscriptions"]]

    def began(self, subscription: Mapping[str, Any]) -> float:
        """Return when a subscription began, seconds since 1970: its day, where its account buys."""
        zone = ZoneInfo(str(self.account(subscription["accountId"])["timeZone"]))
        day = date.fromisoformat(str(subscription["startDate"])[:10])
        return datetime.combine(day, time(), zone).timestamp()

    def zone(self, account: Mapping[str, Any]) -> ZoneInfo:
        """Return the time zone of the company that an account buys of."""
        return self.prices.zone(facts_of(account).get("legal_entity", ""))

    def today(self, account: str) -> date:
        """Return the day it is where an account buys."""
        return self.now().astimezone(self.zone(self.account(account))).date()

    def _known(self, path: str, what: str, query: str = "") -> dict[str, Any]:
        found: Mapping[str, Any] | None = self.tenant.get(f"{path}{query}")
        if not found:
            raise RefusedError(PORT, "resource_missing", f"no {what} {path.rpartition('/')[2]}")
        return dict(found)
