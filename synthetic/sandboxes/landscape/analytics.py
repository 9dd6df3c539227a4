"""Analytics behind the `analytics` port: forecast rows derived from subscriptions, billed totals from invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer
from synthetic.sandboxes.landscape.rows import Table, in_memory


class Analytics:
    """Derived rows; never written by hand, a lower version is never applied."""

    def __init__(self, table: Table = in_memory) -> None:
        """Keep everything in tables of `table`."""
        self.forecasts = table("forecast")
        self.invoices = table("billed")

    def forecast(self, subscription: Mapping[str, Any], version: int) -> Answer:
        """Derive the forecast row of a subscription."""
        known = self.forecasts.get(subscription["id"])
        if known is not None and version < known["version"]:
            return {"subscription": subscription["id"]}
        items = subscription["items"]["data"]
        self.forecasts[subscription["id"]] = {
            "version": version,
            "status": "churned" if subscription["status"] == "canceled" else "live",
            "arr": sum(_yearly(item) for item in items),
            "currency": str(subscription.get("currency") or "").upper(),
            "renews": None
            if subscription.get("cancel_at_period_end")
            else _day(subscription.get("current_period_end")),
            "contract": (subscription.get("metadata") or {}).get("contract_id", ""),
            "legal_entity": (subscription.get("metadata") or {}).get("legal_entity", ""),
        }
        return {"subscription": subscription["id"], **self.forecasts[subscription["id"]]}

    def record_invoice(self, invoice: Mapping[str, JSON]) -> Answer:
        """Take a posted invoice into the extract."""
        self.invoices[str(invoice["id"])] = dict(invoice)
        return {"invoice": invoice["id"]}

    def rows(self) -> list[Answer]:
        """Return every forecast row and billed total."""
        forecast = [self.forecast_of(name) | {"subscription": name} for name in sorted(self.forecasts)]
        return forecast + [self.invoice_of(name) | {"invoice": name} for name in sorted(self.invoices)]

    def forecast_of(self, subscription: str) -> Answer:
        """Show the forecast row of a subscription."""
        found = self.forecasts.get(subscription)
        if found is None:
            return {"count": 0}
        return {"count": 1} | {name: found[name] for name in ("status", "arr", "currency", "renews", "contract")}

    def invoice_of(self, invoice: str) -> Answer:
        """Show what the extract has of an invoice; `count` is how often its legal number stands there."""
        found = self.invoices.get(invoice)
        if found is None:
            return {"count": 0}
        names = ("legal_entity", "currency", "net", "tax", "total", "document_date", "number")
        same = sum(one["number"] == found["number"] for one in self.invoices.values())
        return {"count": same} | {name: found[name] for name in names}


def _day(at: int | None) -> str | None:
    """Return the UTC day of a time: billing counts terms in UTC."""
    return None if at is None else str(datetime.fromtimestamp(at, UTC).date())


def _yearly(item: Mapping[str, Any]) -> int:
    price = item.get("price") or {}
    recurring = price.get("recurring") or {}
    per_year = {"year": 1, "month": 12, "week": 52, "day": 365}.get(str(recurring.get("interval")), 0)
    count = int(recurring.get("interval_count") or 1)
    return int(price.get("unit_amount") or 0) * int(item.get("quantity") or 1) * per_year // count
