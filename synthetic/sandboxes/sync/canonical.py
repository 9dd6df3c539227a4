"""Billing objects to canonical documents (contracts/canonical), by the mappings of the catalog.

What billing sends follows the Stripe API of 2022; our own facts travel in metadata: `legal_entity`, `contract_id`,
`tax_code`, `sku`, `synthetic`. Nothing is stored and no clock is read. Documents of cash are in `canonical_cash`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from harness.catalog.currencies import CURRENCIES
from harness.model import JSON
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rules_sales import day_of, earned, rows, text
from synthetic.sandboxes.sync.billed import (
    Object,
    entity_of,
    finalised_at,
    instant,
    metadata_of,
    moment,
    sku_of,
    terms_of,
)

_CREDIT_REASONS = {"duplicate": "duplicate_invoice", "fraudulent": "billing_error", "order_change": "termination"}
_SIDES = ("start", "end")


def customer(found: Object, master: Master, version: int, account: Mapping[str, JSON] | None = None) -> dict[str, JSON]:
    """Return the canonical customer.

    Args:
        found: Customer of billing.
        master: The mappings.
        version: Of the customer.
        account: What the CRM, which owns legal name and seat, knows of it; None for a customer it does not know.
    """
    entity = entity_of(found)
    metadata = metadata_of(found)
    known = account or {}
    address = found.get("address") or {}
    # a customer that only billing knows sits where its address is, else where our company is
    country = str(known.get("country") or address.get("country") or entity[:2])
    name = str(known.get("name") or found.get("name") or found["id"])
    party: dict[str, Any] = {
        "account_id": str(known.get("account") or metadata.get("account") or found["id"]),
        "legal_name": name,
        "address": {
            "line1": address.get("line1") or "not told",
            "city": address.get("city") or "not told",
            "country": country,
        },
    }
    if region := str(known.get("region") or address.get("state") or ""):
        party["address"] |= {"region": region}
    tax_id = str(known.get("tax_id") or metadata.get("tax_id", ""))
    return {
        "id": found["id"],
        "source_system": "billing",
        "version": version,
        "legal_name": name,
        "country": country,
        "kind": str(known.get("kind") or "business"),
        "legal_entity": entity,
        "currency": (found.get("currency") or master.of(entity).currency).upper(),
        "payment_terms": metadata.get("payment_terms", "CARD"),
        "sold_to": party,
        "bill_to": dict(party),
        "tax_profile": {"tax_id_status": "not_checked"} | ({"tax_id": tax_id} if tax_id else {}),
        "parent_id": metadata.get("parent_id") or None,
        "status": "active",
        "synthetic": metadata.get("synthetic") == "true",
        "created_at": instant(moment(found["created"])),
    }


def invoice(found: Object, master: Master, version: int) -> dict[str, JSON]:
    """Return the canonical invoice of a finalised invoice.

    Raises:
        RefusedError: `mapping` where the entity, a SKU, a tax code or terms have no row.
    """
    entity = entity_of(found)
    books = master.of(entity)
    finalised = finalised_at(found)
    dated = metadata_of(found).get("document_date")
    day = date.fromisoformat(dated) if dated else finalised.astimezone(books.zone).date()
    lines = [_line(line, found, master, entity) for line in found["lines"]["data"]]
    net = sum(int(str(line["net"])) for line in lines)
    tax = int(found.get("tax") or 0)
    first = str(lines[0]["tax_code"]) if lines else ""
    terms = terms_of(found)
    return {
        "id": found["id"],
        "source_system": "billing",
        "version": version,
        "number": found.get("number"),
        "customer_id": found["customer"],
        "contract_id": metadata_of(found).get("contract_id"),
        "subscription_id": found.get("subscription"),
        "legal_entity": entity,
        "currency": str(found["currency"]).upper(),
        "payment_terms": terms,
        "status": "finalised",
        "lines": [dict(line) for line in lines],
        "net": net,
        "tax": tax,
        "total": int(found["total"]),
        "tax_code": first,
        "tax_reason": master.tax_reason(first, entity, day) if first else "",
        "tax_breakdown": _breakdown(lines, tax, lambda code: master.tax_reason(code, entity, day) if code else ""),
        "price_mode": "inclusive" if _is_inclusive(found) else "exclusive",
        "open": int(found["total"]),
        "credits_applied": 0,
        "cash_applied": 0,
        "written_off": 0,
        "document_date": str(day),
        "due_date": str(master.terms(terms, day).due(day)),
        "tax_period": f"{day.year:04}-{day.month:02}",
        "service_start": min((str(line["service_start"]) for line in lines), default=None),
        "service_end": max((str(line["service_end"]) for line in lines), default=None),
        "finalised_at": instant(finalised),
        "synthetic": metadata_of(found).get("synthetic") == "true",
        "created_at": instant(moment(found["created"])),
    }


def credit(found: Object, of_invoice: Mapping[str, JSON], master: Master, version: int) -> dict[str, JSON]:
    """Return the canonical credit note; what is earned of each line until its day decides the accounts."""
    entity = str(of_invoice["legal_entity"])
    day = moment(found["created"]).astimezone(master.of(entity).zone).date()
    original = {text(line, "id"): line for line in rows(of_invoice, "lines")}
    lines: list[JSON] = []
    for line in found["lines"]["data"]:
        source = original[line["invoice_line_item"]]
        net = int(line["amount"])
        tax = sum(int(one["amount"]) for one in line.get("tax_amounts") or [])
        whole = int(str(source["net"]))
        is_deferred = text(source, "revenue_class") not in {"USAGE", "SERVICE-POINT"}
        left = (
            whole - earned(whole, day_of(source, "service_start"), day_of(source, "service_end"), day)
            if is_deferred and metadata_of(found).get("scope") != "earned"
            else 0
        )
        unearned = min(net, left)
        lines.append(
            {
                "invoice_line_id": line["invoice_line_item"],
                "revenue_class": source["revenue_class"],
                "net": net,
                "earned_net": net - unearned,
                "unearned_net": unearned,
                "tax": tax,
                "tax_code": source["tax_code"],
                "tax_rate": source["tax_rate"],
            }
        )
    return {
        "id": found["id"],
        "source_system": "billing",
        "version": version,
        "number": found.get("number"),
        "invoice_id": found["invoice"],
        "customer_id": found["customer"],
        "contract_id": of_invoice.get("contract_id"),
        "legal_entity": entity,
        "currency": str(found["currency"]).upper(),
        "lines": lines,
        "net": int(found["subtotal"]),
        "tax": int(found["total"]) - int(found["subtotal"]),
        "total": int(found["total"]),
        "tax_code": of_invoice["tax_code"],
        "tax_reason": of_invoice["tax_reason"],
        "reason": _CREDIT_REASONS.get(str(found.get("reason")), "service_credit"),
        "status": "issued",
        "requested_by": metadata_of(found).get("requested_by") or "billing",
        "applied_to_open": int(found["total"]) - int(found.get("out_of_band_amount") or 0) - _given_back(found),
        "refunded": _refunded(found),
        "balance": _given_back(found) - _refunded(found),
        "document_date": str(day),
        "tax_period": f"{day.year:04}-{day.month:02}",
        "synthetic": bool(of_invoice.get("synthetic")),
        "created_at": instant(moment(found["created"])),
    }


def _refunded(found: Object) -> int:
    one = found.get("refund")
    return int(one["amount"]) if isinstance(one, Mapping) else (int(found["total"]) if one else 0)


def _given_back(found: Object) -> int:
    """Return what of a credit note went to the customer: back on the card, or into the balance."""
    return (
        _refunded(found) - int((found.get("customer_balance_transaction") or {}).get("amount") or 0)
        if isinstance(found.get("customer_balance_transaction"), Mapping)
        else _refunded(found)
    )


def renewal(found: Object, master: Master, version: int) -> dict[str, JSON]:
    """Return the renewal opportunity of a subscription, in days of the company; nothing where it has no term."""
    entity, term = metadata_of(found).get("legal_entity", ""), [found.get(f"current_period_{side}") for side in _SIDES]
    if entity not in master.books or None in term:
        return {}
    start, end = (moment(int(str(at))).astimezone(master.of(entity).zone).date() for at in term)
    return {
        "subscription": found["id"],
        "contract": metadata_of(found).get("contract_id", ""),
        "start": str(start),
        "due": str(end),
        "version": version,
        "lost": found["status"] == "canceled" or bool(found.get("cancel_at_period_end")),
    }


def termination(found: Object, master: Master, version: int) -> dict[str, JSON]:
    """Return the termination of a subscription whose unused rest is not given back."""
    entity = entity_of(found)
    return {
        "id": found["id"],
        "source_system": "billing",
        "version": version,
        "invoice_id": found["latest_invoice"],
        "customer_id": found["customer"],
        "contract_id": metadata_of(found).get("contract_id"),
        "legal_entity": entity,
        "currency": str(found["items"]["data"][0]["price"]["currency"]).upper(),
        "effective_date": str(moment(found["ended_at"]).astimezone(master.of(entity).zone).date()),
        "synthetic": metadata_of(found).get("synthetic") == "true",
    }


def _line(line: Object, found: Object, master: Master, entity: str) -> dict[str, JSON]:
    zone = master.of(entity).zone
    sku = sku_of(line)
    start = moment(line["period"]["start"]).astimezone(zone).date()
    end = moment(line["period"]["end"]).astimezone(zone).date()
    rate = next(iter(line.get("tax_rates") or found.get("default_tax_rates") or []), None)
    code = metadata_of(rate or {}).get("tax_code") or metadata_of(found).get("tax_code", "")
    if code:  # where billing names none, the tax engine does
        master.tax(code, entity, start)
    discount = sum(int(one["amount"]) for one in line.get("discount_amounts") or [])
    taxes = line.get("tax_amounts") or []
    inclusive = sum(int(one["amount"]) for one in taxes if one.get("inclusive"))
    amount = int(line["amount"]) - discount - inclusive
    quantity = line.get("quantity") or 1
    revenue_class = master.revenue_class(sku, start)
    digits = CURRENCIES[str(found["currency"]).upper()]
    return {
        "id": line["id"],
        "sku": sku,
        "description": (line.get("description") or sku)[:250],
        "quantity": str(quantity),
        "unit_price": _plain(Fraction(amount, quantity) / 10**digits),
        "net": amount,
        "tax": sum(int(one["amount"]) for one in taxes),
        "tax_code": code,
        "tax_rate": _plain(Fraction(str((rate or {}).get("percentage", 0)))),
        "revenue_class": revenue_class,
        "contract_id": metadata_of(found).get("contract_id"),
        "service_start": str(start),
        "service_end": str(end),
        "proration": bool(line.get("proration")),
        "usage_period": f"{start:%Y-%m}" if revenue_class == "USAGE" else None,
    }


def _breakdown(lines: list[dict[str, JSON]], tax: int, reason: Callable[[str], str]) -> list[JSON]:
    """Return tax by code; the document's own tax is binding, so that of one code is taken from there."""
    codes = list(dict.fromkeys(str(line["tax_code"]) for line in lines))
    found: list[JSON] = []
    for code in codes:
        own = [line for line in lines if line["tax_code"] == code]
        found.append(
            {
                "tax_code": code,
                "tax_reason": reason(code),
                "rate": own[0]["tax_rate"],
                "base": sum(int(str(line["net"])) for line in own),
                "tax": tax if len(codes) == 1 else sum(int(str(line["tax"])) for line in own),
            }
        )
    return found


def _is_inclusive(found: Object) -> bool:
    return any(one.get("inclusive") for one in found.get("total_tax_amounts") or [])


def _plain(number: Fraction) -> str:
    """Return an exact decimal text, at most ten digits after the point."""
    scaled = round(number * 10**10)
    whole, rest = divmod(abs(scaled), 10**10)
    digits = f"{whole}.{rest:010}".rstrip("0").rstrip(".")
    return f"-{digits}" if scaled < 0 else digits
