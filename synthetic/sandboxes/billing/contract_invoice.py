"""An invoice in the words of the landscape's own contract `billing-invoices` 2.3.0, made from the core's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.payments import DAY
from synthetic.sandboxes.billing.values import Record, digits, exact

_STATUS = {"draft": "draft", "open": "finalised", "uncollectible": "finalised", "paid": "paid", "void": "void"}
_MIRRORED = ("posting_date", "posted_at", "journal_number")
_WITHOUT_TAX = {"reverse": ("RC", "reverse_charge"), "exempt": ("EX", "exemption_certificate")}


def contract_invoice(desk: Desk, invoice: Record) -> Record:
    """Return the invoice as the contract describes it.

    Dates are those of the legal entity's zone; tax codes and reasons come from the metadata of the tax rates
    (`tax_code`, `tax_reason`); what the ERP mirrors back stands in the invoice's own metadata.
    """
    metadata = invoice["metadata"]
    entity = desk.entity(metadata)
    zone = ZoneInfo(entity.zone)
    stamps = invoice["status_transitions"]
    document = _document_date(invoice, zone)
    lines = [_line(desk, invoice, line, zone) for line in invoice["lines"]["data"]]
    codes = {line["tax_code"] for line in lines}
    breakdown = _breakdown(invoice, lines, desk)
    customer = desk.storage.get(invoice["customer"]) or {}
    record: Record = {
        "id": invoice["id"],
        "source_system": "billing",
        "version": max(desk.storage.version(invoice["id"]), 1),
        "number": invoice["number"],
        "customer": invoice["customer"],
        "contract_id": metadata.get("contract_id"),
        "subscription_id": invoice["subscription"],
        "legal_entity": metadata.get("legal_entity", ""),
        "currency": invoice["currency"].upper(),
        "payment_terms": _terms(invoice),
        "status": _STATUS[invoice["status"]],
        "lines": lines,
        "subtotal": invoice["total_excluding_tax"],
        "tax_amount": invoice["tax"] or 0,
        "total": invoice["total"],
        **({"tax_code": codes.pop()} if len(codes) == 1 else {}),
        **({"tax_reason": breakdown[0]["tax_reason"]} if len(breakdown) == 1 else {}),
        "tax_breakdown": breakdown,
        "price_mode": "inclusive" if _inclusive(invoice) else "exclusive",
        "open": invoice["amount_remaining"],
        "credits_applied": invoice["pre_payment_credit_notes_amount"],
        "cash_applied": invoice["amount_paid"],
        "written_off": 0,
        "document_date": document.isoformat() if document else None,
        "due_date": _day(invoice["due_date"], zone) or (document.isoformat() if document else None),
        "tax_period": document.isoformat()[:7] if document else None,
        "service_start": min((line["service_start"] for line in lines if line["service_start"]), default=None),
        "service_end": max((line["service_end"] for line in lines if line["service_end"]), default=None),
        **{name: metadata.get(name) for name in _MIRRORED},
        "finalised_at": _stamp(stamps["finalized_at"]),
        "voided_at": _stamp(stamps["voided_at"]),
        "paid_at": _stamp(stamps["paid_at"]),
        "synthetic": metadata.get("synthetic") == "true",
        "created_at": _stamp(invoice["created"]),
    }
    texts = {
        "seller_tax_id": entity.tax_id,
        "buyer_tax_id": customer.get("metadata", {}).get("tax_id", ""),
        "void_reason": metadata.get("void_reason", ""),
        "purchase_order": metadata.get("purchase_order", ""),
        "memo": invoice["description"] or "",
    }
    return record | {name: value for name, value in texts.items() if value}


def midnight(day: str, zone: str) -> int:
    """Return when a day begins in a zone, seconds since 1970.

    Raises:
        ValueError: It is no date.
    """
    return int(datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone)).timestamp())


def _document_date(invoice: Record, zone: ZoneInfo) -> date | None:
    given = invoice["metadata"].get("document_date")
    if given:
        return date.fromisoformat(given)
    at = invoice["status_transitions"]["finalized_at"]
    return datetime.fromtimestamp(at, zone).date() if at else None


def _terms(invoice: Record) -> str:
    given: str = invoice["metadata"].get("payment_terms", "")
    if given or invoice["collection_method"] == "charge_automatically":
        return given or "CARD"
    return "NET60" if invoice["due_date"] and invoice["due_date"] - invoice["created"] > 30 * DAY else "NET30"


def _line(desk: Desk, invoice: Record, line: Record, zone: ZoneInfo) -> Record:
    price, metadata = line["price"], line["metadata"]
    product = desk.storage.get(price["product"]) if price else None
    details = (product or {}).get("metadata", {}) | metadata
    metered = bool(price and price["recurring"] and price["recurring"]["usage_type"] == "metered")
    net = line["amount_excluding_tax"]
    quantity = line["quantity"] or 1
    code, _, rate = _tax_of(desk, invoice, line)
    return {
        "id": line["id"],
        "sku": metadata.get("sku") or (product["id"] if product else "OTHER"),
        "description": line["description"] or "Charge",
        "quantity": metadata.get("quantity") or str(quantity),
        "unit_price": metadata.get("unit_price") or _unit_price(line, quantity),
        "net": net,
        "tax": sum(tax["amount"] for tax in line["tax_amounts"]),
        "tax_code": code,
        "tax_rate": rate,
        "revenue_class": details.get("revenue_class", "USAGE" if metered else "SUB-RATABLE"),
        "contract_id": invoice["metadata"].get("contract_id"),
        "service_start": _day(line["period"]["start"], zone),
        "service_end": _day(line["period"]["end"], zone),
        "usage_period": _day(line["period"]["start"], zone, month=True) if metered else None,
        "proration": line["proration"],
    }


def _tax_of(desk: Desk, invoice: Record, line: Record) -> tuple[str, str, str]:
    """Return code, reason and percentage of the tax on a line; without tax the customer's status says why."""
    if line["tax_amounts"]:
        rate = desk.find("tax_rate", line["tax_amounts"][0]["tax_rate"])
        return _rate_words(invoice, rate)
    country = invoice["metadata"].get("legal_entity", "XX").split("-")[0]
    suffix, reason = _WITHOUT_TAX.get(invoice["customer_tax_exempt"], ("OS", "outside_scope"))
    return f"{country}-{suffix}", reason, "0"


def _rate_words(invoice: Record, rate: Record) -> tuple[str, str, str]:
    country = invoice["metadata"].get("legal_entity", "XX").split("-")[0]
    words = rate["metadata"]
    reason = words.get("tax_reason", "taxable" if country == "US" else "standard")
    return words.get("tax_code", f"{country}-S{int(rate['percentage'])}"), reason, f"{rate['percentage']}"


def _breakdown(invoice: Record, lines: list[Record], desk: Desk) -> list[Record]:
    if not invoice["total_tax_amounts"]:
        code, reason, rate = _tax_of(desk, invoice, {"tax_amounts": []})
        base = sum(line["net"] for line in lines)
        return [{"tax_code": code, "tax_reason": reason, "rate": rate, "base": base, "tax": 0}]
    found = []
    for amount in invoice["total_tax_amounts"]:
        code, reason, rate = _rate_words(invoice, desk.find("tax_rate", amount["tax_rate"]))
        found.append(
            {
                "tax_code": code,
                "tax_reason": reason,
                "rate": rate,
                "base": amount["taxable_amount"],
                "tax": amount["amount"],
            }
        )
    return found


def _inclusive(invoice: Record) -> bool:
    return any(amount["inclusive"] for amount in invoice["total_tax_amounts"])


def _unit_price(line: Record, quantity: int) -> str:
    """Return the price of a unit in major units; a tiered or prorated line has an average, cut at ten places."""
    places = digits(line["currency"])
    price = line["price"]
    minor = (
        exact(price["unit_amount_decimal"])
        if price and price["unit_amount_decimal"] and not line["proration"]
        else Fraction(line["amount"], quantity or 1)
    )
    major = minor / 10**places
    shown = major * 10**10
    whole, rest = divmod(abs(int(shown)), 10**10)
    decimals = f"{rest:010}".rstrip("0").ljust(places, "0")
    return f"{'-' if major < 0 else ''}{whole}{'.' + decimals if decimals else ''}"


def _day(at: int | None, zone: ZoneInfo, *, month: bool = False) -> str | None:
    if at is None:
        return None
    day = datetime.fromtimestamp(at, zone).date().isoformat()
    return day[:7] if month else day


def _stamp(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
