"""Prices, meters and tax rates in billing, made from the price list when they are first needed."""

from __future__ import annotations

from typing import Any

from synthetic.systems.billing import PriceList
from synthetic.systems.stripe.api import StripeApi


class Catalogue:
    """What is sold, by our names; what is there already is found by them."""

    def __init__(self, api: StripeApi, prices: PriceList) -> None:
        """Keep them; nothing is asked yet."""
        self._api = api
        self._prices = prices
        self._price_ids: dict[tuple[str, str], str] = {}
        self._rate_ids: dict[str, str] = {}

    def item(self, sku: str, currency: str, quantity: int) -> dict[str, Any]:
        """Return an item of a subscription."""
        price = self._price(sku, currency)
        return {"price": price} if self._prices.tiers(sku, currency) else {"price": price, "quantity": quantity}

    def _price(self, sku: str, currency: str) -> str:
        if (sku, currency) not in self._price_ids:
            lookup = f"{sku}-{currency}"
            found = [one for one in self._api.list("prices") if one.get("lookup_key") == lookup]
            if not found:
                params = {
                    "currency": currency.lower(),
                    "product_data": {"name": sku},
                    "lookup_key": lookup,
                    "metadata": {"sku": sku},
                    **self._pricing(sku, currency),
                }
                found = [self._api.request("POST", "prices", params, f"price-{lookup}")]
            self._price_ids[sku, currency] = found[0]["id"]
        return self._price_ids[sku, currency]

    def _pricing(self, sku: str, currency: str) -> dict[str, Any]:
        tiers = self._prices.tiers(sku, currency)
        if not tiers:
            return {"unit_amount": self._prices.price(sku, currency), "recurring": {"interval": "year"}}
        meter = self._api.request(
            "POST",
            "billing/meters",
            {"display_name": sku, "event_name": meter_name(sku), "default_aggregation": {"formula": "sum"}},
            f"meter-{sku}",
        )
        return {
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": [
                {"up_to": "inf" if reach is None else reach, "unit_amount_decimal": amount} for reach, amount in tiers
            ],
            "recurring": {"interval": "month", "usage_type": "metered", "meter": meter["id"]},
        }

    def rate(self, code: str) -> str:
        """Return the id of the tax rate of a tax code."""
        if code not in self._rate_ids:
            found = [one for one in self._api.list("tax_rates") if one["metadata"].get("tax_code") == code]
            if not found:
                percentage, inclusive = self._prices.tax(code)
                params = {
                    "display_name": code,
                    "percentage": percentage,
                    "inclusive": str(inclusive).lower(),
                    "metadata": {"tax_code": code},
                }
                found = [self._api.request("POST", "tax_rates", params, f"rate-{code}")]
            self._rate_ids[code] = found[0]["id"]
        return self._rate_ids[code]


def meter_name(sku: str) -> str:
    """Return the name of the events of a metered SKU."""
    return sku.lower().replace("-", "_")
