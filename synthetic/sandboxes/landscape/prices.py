"""The price list of billing, read from the mappings of the catalog."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from harness.catalog.currencies import CURRENCIES
from synthetic.sandboxes.ledger.master import Master


class CatalogPrices:
    """Prices, tax percentages and time zones on a day."""

    def __init__(self, master: Master, day: date) -> None:
        """Look everything up on `day`."""
        self._master = master
        self._day = day

    def price(self, sku: str, currency: str) -> int:
        """Return the list price of one unit in minor units."""
        return self._master.list_price(sku, currency, self._day)

    def tiers(self, sku: str, currency: str) -> list[tuple[int | None, str]]:
        """Return graduated tiers: up to which unit (None for the rest), and the price of one in minor units."""
        digits = CURRENCIES[currency]
        return [
            (reach, str(Decimal(price).scaleb(digits).normalize()))
            for reach, price in self._master.tiers(sku, currency, self._day)
        ]

    def tax(self, code: str) -> tuple[str, bool]:
        """Return the percentage of a tax code and whether prices include it."""
        return self._master.tax_rate(code, self._day)

    def zone(self, entity: str) -> ZoneInfo:
        """Return the time zone of a legal entity, UTC where it is not known."""
        return self._master.of(entity).zone if entity in self._master.books else ZoneInfo("UTC")
