"""Tax of an invoice as the tax engine determines it, held against what billing charged.

Billing freezes the tax of a finalised invoice, so its amount is what is posted; but it is posted only where code, rate
and amount are those that the tax engine, which owns them, gives for the same sale. The one difference that passes is
the one that the other rounding scope reproduces exactly: it is explained, and stands in the audit trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from harness.model import JSON
from harness.model.money import half_up, toward_zero
from synthetic.deeds import RefusedError
from synthetic.sandboxes.ledger.master import Master

Document = Mapping[str, Any]

DIFFERS = "tax-differs"
UNDETERMINED = "tax-undetermined"
NO_SHIP_TO = "ship-to-incomplete"
"""Refusal of the tax engine: the address does not say where the service is used."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An invoice whose tax is settled, and what of it had to be explained ("" if nothing)."""

    document: dict[str, JSON]
    explained: str = ""


def sale_of(document: Document, customer: Document) -> dict[str, JSON]:
    """Return the request to the tax engine, as its contract asks for it.

    Args:
        document: The canonical invoice.
        customer: The canonical customer, whose seat decides where the service is used.
    """
    is_inclusive = document["price_mode"] == "inclusive"
    tax_id = (customer.get("tax_profile") or {}).get("tax_id")
    return {
        "legal_entity": document["legal_entity"],
        "customer_id": document["customer_id"],
        "document_date": document["document_date"],
        "currency": document["currency"],
        "price_mode": document["price_mode"],
        "ship_to": dict(customer["sold_to"]["address"]),
        "buyer_kind": customer["kind"],
        "lines": [
            {
                "id": line["id"],
                "sku": line["sku"],
                "net": line["net"] + line["tax"] if is_inclusive else line["net"],
                "service_start": line["service_start"],
            }
            for line in _determined(document)
        ],
    } | ({"buyer_tax_id": str(tax_id)} if tax_id else {})


def settled(document: Document, determination: Mapping[str, Any]) -> Settled:
    """Return the invoice with code, reason and rate of the tax engine.

    Raises:
        RefusedError: `tax-differs` where billing charged another code, rate or amount; `tax-undetermined` where the
            answer says nothing.
    """
    code, reason, rate, tax = _said(determination)
    _check_codes(document, code, reason, rate)
    charged = _charged(document)
    explained = ""
    if charged != tax:
        # what no way of rounding gives is no difference of rounding, on whichever side it stands
        if not {charged, tax} <= _by_any_scope(document, Fraction(rate)):
            raise _differs(document, f"{charged} as {code}", str(tax))
        scope = determination.get("rounding_scope", "document")
        explained = f"tax {charged} is {tax} when rounded per {scope}: a difference of the rounding scope"
    return Settled(_enriched(document, code, reason, rate), explained)


def unlocated(document: Document, master: Master) -> Settled:
    """Return an invoice whose buyer's address does not say where the service is used.

    The code is billing's word then; rate and amount must still be those of that code.

    Raises:
        RefusedError: `tax-differs`.
    """
    code, entity = str(document["tax_code"]), str(document["legal_entity"])
    day = date.fromisoformat(str(document["document_date"]))
    reason, rate = master.tax_reason(code, entity, day), str(master.tax(code, entity, day).values["rate"])
    _check_codes(document, code, reason, rate)
    if _charged(document) not in _by_any_scope(document, Fraction(rate)):
        raise _differs(document, f"{_charged(document)} as {code}", f"{rate} %")
    note = (
        f"tax code {code} is billing's word: the ship-to address is incomplete; rate and amount are those of the code"
    )
    return Settled(_enriched(document, code, reason, rate), note)


def _determined(document: Document) -> list[Any]:
    """Return the lines the engine decides: what is charged; what is credited keeps code and rate of its own invoice."""
    lines = list(document["lines"])
    rates = {(line["tax_code"], line["tax_rate"]) for line in lines}
    return lines if len(rates) == 1 else [line for line in lines if line["net"] >= 0] or lines


def _said(determination: Mapping[str, Any]) -> tuple[str, str, str, int]:
    try:
        whole = determination["tax_breakdown"][0]
        code, reason, rate = str(whole["tax_code"]), str(whole["tax_reason"]), str(whole["rate"])
        Fraction(rate)
        return code, reason, rate, int(determination["tax"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise RefusedError("sync", UNDETERMINED, f"the tax engine's answer names no tax: {error!r}"[:200]) from None


def _check_codes(document: Document, code: str, reason: str, rate: str) -> None:
    """Hold code and rate of each line to those of the engine; a line without a code is completed and not held."""
    for line in _determined(document):
        if line["tax_code"] not in {code, ""}:
            raise _differs(document, f"code {line['tax_code']} on line {line['id']}", f"{code} ({reason})")
        if line["tax_code"] and Fraction(str(line["tax_rate"])) != Fraction(rate):
            raise _differs(document, f"{line['tax_rate']} % on line {line['id']}", f"{rate} % as {code}")


def _charged(document: Document) -> int:
    """Return what billing charged; the document's own sum is binding where it is about all lines."""
    lines = _determined(document)
    is_whole = len(lines) == len(document["lines"])
    return int(document["tax"]) if is_whole else sum(int(line["tax"]) for line in lines)


def _by_any_scope(document: Document, rate: Fraction) -> set[int]:
    """Return the tax under each rounding scope and rule there is: per line, per document; half up, toward zero."""
    is_inclusive = document["price_mode"] == "inclusive"
    part = rate / (100 + rate) if is_inclusive else rate / 100
    exact = [(line["net"] + line["tax"] if is_inclusive else line["net"]) * part for line in _determined(document)]
    return {
        found
        for rounded in (half_up, toward_zero)
        for found in (rounded(sum(exact, Fraction())), sum(rounded(one) for one in exact))
    }


def _enriched(document: Document, code: str, reason: str, rate: str) -> dict[str, JSON]:
    own = {"tax_code": code}
    lines: list[Any] = [one if one["tax_code"] else {**one, **own, "tax_rate": rate} for one in document["lines"]]
    whole: list[Any] = [
        one if one["tax_code"] else {**one, **own, "tax_reason": reason, "rate": rate}
        for one in document["tax_breakdown"]
    ]
    return {**document, **own, "lines": lines, "tax_reason": reason, "tax_breakdown": whole}


def _differs(document: Document, charged: str, owned: str) -> RefusedError:
    return RefusedError("sync", DIFFERS, f"billing charged {charged} for {document['id']}, the tax engine says {owned}")
