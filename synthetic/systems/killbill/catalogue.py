"""The catalog of Kill Bill in XML."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from harness.catalog.currencies import CURRENCIES
from synthetic.systems.killbill.documents import plan_of

TRIALS = (14,)
"""Days of the trials that each SKU is also sold with."""


def catalogue(skus: Mapping[str, Mapping[str, int]], currencies: list[str]) -> str:
    """Return the catalog of Kill Bill in XML: a yearly plan per SKU, its price per currency in minor units."""
    products = "".join(f'<product name="{_name(sku)}"><category>BASE</category></product>' for sku in skus)
    plans = "".join(_plan(sku, prices, days) for sku, prices in skus.items() for days in (0, *TRIALS))
    policy = "<{0}Policy><{0}PolicyCase><policy>IMMEDIATE</policy></{0}PolicyCase></{0}Policy>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><catalog><effectiveDate>2020-01-01T00:00:00+00:00</effectiveDate>'
        "<catalogName>landscape</catalogName><recurringBillingMode>IN_ADVANCE</recurringBillingMode><currencies>"
        + "".join(f"<currency>{code}</currency>" for code in currencies)
        + f"</currencies><products>{products}</products><rules>{policy.format('change')}{policy.format('cancel')}"
        f'</rules><plans>{plans}</plans><priceLists><defaultPriceList name="DEFAULT"><plans>'
        + "".join(f"<plan>{plan_of(sku, days)}</plan>" for sku in skus for days in (0, *TRIALS))
        + "</plans></defaultPriceList></priceLists></catalog>"
    )


def _plan(sku: str, prices: Mapping[str, int], trial_days: int) -> str:
    trial = (
        '<initialPhases><phase type="TRIAL"><duration><unit>DAYS</unit>'
        f"<number>{trial_days}</number></duration><fixed><fixedPrice>{_prices(dict.fromkeys(prices, 0))}</fixedPrice>"
        "</fixed></phase></initialPhases>"
        if trial_days
        else ""
    )
    return (
        f'<plan name="{plan_of(sku, trial_days)}"><product>{_name(sku)}</product>{trial}<finalPhase type="EVERGREEN">'
        "<duration><unit>UNLIMITED</unit></duration><recurring><billingPeriod>ANNUAL</billingPeriod><recurringPrice>"
        f"{_prices(prices)}</recurringPrice></recurring></finalPhase></plan>"
    )


def _prices(prices: Mapping[str, int]) -> str:
    return "".join(
        f"<price><currency>{code}</currency><value>{Decimal(amount).scaleb(-CURRENCIES[code])}</value></price>"
        for code, amount in prices.items()
    )


def _name(sku: str) -> str:
    return sku.title().replace("-", "")
