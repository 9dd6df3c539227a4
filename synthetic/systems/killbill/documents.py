"""What stands in the documents of Kill Bill, in our words; nothing is asked here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from harness.catalog.currencies import CURRENCIES
from harness.model.money import cumulative

OUT_OF_BAND = "out-of-band-"
"""Begins the key of a payment that another system already booked: no event tells of it."""


@dataclass(frozen=True, slots=True)
class Credited:
    """A credit note: which of its invoice it is, from 1, and its net and tax in minor units."""

    place: int
    net: int
    tax: int


_BLOCKS = {"ACTIVE": "active", "PENDING": "active", "CANCELLED": "canceled", "EXPIRED": "canceled"}


def plan_of(sku: str, trial_days: int = 0) -> str:
    """Return the name of the yearly plan of a SKU, with or without a trial before it."""
    return f"{sku.lower()}-yearly" + (f"-after-{trial_days}" if trial_days else "")


def minor(amount: Decimal | int, digits: int) -> int:
    """Return an amount in minor units."""
    return int(Decimal(amount).scaleb(digits))


def major(amount: int, currency: str) -> str:
    """Return an amount in minor units as Kill Bill writes it."""
    return str(Decimal(amount).scaleb(-CURRENCIES[currency]))


def facts_of(account: Mapping[str, Any]) -> dict[str, str]:
    """Return our facts of an account; empty where somebody wrote other notes."""
    try:
        found = json.loads(account.get("notes") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def number_of(invoice: Mapping[str, Any], account: Mapping[str, Any]) -> str:
    """Return the legal number of an invoice: Kill Bill counts one row of numbers a tenant."""
    entity = facts_of(account).get("legal_entity", "")
    return f"{entity[:2]}-{str(invoice['invoiceDate'])[:4]}-{int(invoice['invoiceNumber']):06}"


def version_of(made: Mapping[str, Any]) -> int:
    """Return the version of an invoice or of a credit note, which never changes: when Kill Bill made it."""
    return moment_of(made["auditLogs"][0]["changeDate"])


def dawn_of(day: object, zone: ZoneInfo) -> int:
    """Return when a day that Kill Bill shows begins, seconds since 1970."""
    return int(datetime.combine(date.fromisoformat(str(day)[:10]), time(), zone).timestamp())


def moment_of(text: object) -> int:
    """Return a time that Kill Bill shows, seconds since 1970."""
    return int(datetime.fromisoformat(str(text)).timestamp())


def credit_number(invoice: Mapping[str, Any], account: Mapping[str, Any], credit: Credited) -> str:
    """Return the legal number of a credit note: that of its invoice, and which of it."""
    return f"{number_of(invoice, account)}-C{credit.place}"


def lines_of(invoice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of an invoice that sell something."""
    return [one for one in invoice["items"] if one["itemType"] not in {"TAX", "CBA_ADJ", "ITEM_ADJ", "REPAIR_ADJ"}]


def sums_of(invoice: Mapping[str, Any]) -> tuple[int, int]:
    """Return net and tax of what was billed, in minor units, before anything was credited."""
    digits = CURRENCIES[invoice["currency"]]
    tax = sum(minor(one["amount"], digits) for one in invoice["items"] if one["itemType"] == "TAX")
    return sum(minor(one["amount"], digits) for one in lines_of(invoice)), tax


def taxes_of(invoice: Mapping[str, Any]) -> list[int]:
    """Return the tax of each line: that of the document, which Kill Bill has in one item, spread by their share."""
    digits = CURRENCIES[invoice["currency"]]
    net, tax = sums_of(invoice)
    amounts = [minor(one["amount"], digits) for one in lines_of(invoice)]
    return list(cumulative(tax, amounts)) if net else [0 for _ in amounts]


def credits_of(invoice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the adjustments of lines (not of their tax) of an invoice, the oldest first: its credit notes."""
    sold = {one["invoiceItemId"] for one in lines_of(invoice)}
    return [one for one in invoice["items"] if one["itemType"] == "ITEM_ADJ" and one["linkedInvoiceItemId"] in sold]


def mark_of(adjustment: Mapping[str, Any]) -> dict[str, str]:
    """Return what a credit wrote beside its adjustments; empty where somebody else adjusted."""
    try:
        found = json.loads(adjustment.get("description") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def credited(invoice: Mapping[str, Any], adjustment: Mapping[str, Any]) -> Credited:
    """Return a credit note: an adjustment of a line with that of its tax."""
    digits = CURRENCIES[invoice["currency"]]
    taxes = {one["invoiceItemId"] for one in invoice["items"] if one["itemType"] == "TAX"}
    tax = next(
        (
            minor(one["amount"], digits)
            for one in invoice["items"]
            if one["itemType"] == "ITEM_ADJ"
            and one["linkedInvoiceItemId"] in taxes
            and one["description"] == adjustment["description"]
        ),
        0,
    )
    place = [one["invoiceItemId"] for one in credits_of(invoice)].index(adjustment["invoiceItemId"]) + 1
    return Credited(place, -minor(adjustment["amount"], digits), -tax)


def status_of(subscription: Mapping[str, Any], today: date) -> str:
    """Return `active` or `canceled`."""
    ended = subscription.get("cancelledDate")
    if ended and date.fromisoformat(str(ended)[:10]) <= today:
        return "canceled"
    return _BLOCKS.get(str(subscription.get("state")), "active")


def term_of(subscription: Mapping[str, Any]) -> tuple[str, str]:
    """Return the first day of the current yearly term of a subscription and the day after its last."""
    end = subscription.get("chargedThroughDate") or subscription["billingStartDate"]
    day = date.fromisoformat(str(end)[:10])
    start = date.fromisoformat(str(subscription["billingStartDate"])[:10])
    return str(max(start, _year_before(day))), str(day)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)
