"""The tax engine: which code applies, and how much tax that is (workflows.md section 1; rates are illustrative)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from harness.model.money import half_up, toward_zero
from synthetic.sandboxes.landscape.rows import Table, in_memory
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.values import RefusedError, period_of

_EU = frozenset({"AT", "BE", "DE", "ES", "FR", "IT", "NL", "PL"})
_SCOPES: Mapping[str, tuple[str, Callable[[Fraction], int]]] = {
    "US-01": ("line", half_up),
    "DE-01": ("document", half_up),
    "JP-01": ("document", toward_zero),
}
_ID_LENGTHS = {"DE": 11, "FR": 13, "AT": 11, "JP": 14}


@dataclass(frozen=True, slots=True)
class Sold:
    """What decides the tax of a document; `lines` are id and amount, with tax in it if `is_inclusive`."""

    legal_entity: str
    customer_id: str
    day: date
    country: str
    region: str
    is_business: bool
    tax_id: str
    is_inclusive: bool
    lines: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Taxed:
    """The tax of a document: by line (id, net, tax), and as a whole in the scope that binds."""

    code: str
    reason: str
    rate: str
    scope: str
    net: int
    tax: int
    period: str
    lines: tuple[tuple[str, int, int], ...]


class TaxEngine:
    """Determinations follow from the request, the mappings and the certificates on file."""

    def __init__(self, master: Master, table: Table = in_memory) -> None:
        """Keep certificates in tables of `table`."""
        self._master = master
        self.certificates = table("certificate")

    def determine(self, sold: Sold) -> Taxed:
        """Return the tax of a document.

        Raises:
            RefusedError: `entity-unknown`, `tax-code-unmapped`: nobody said how such a sale is taxed.
        """
        self._master.of(sold.legal_entity)
        code = self._code(sold)
        row = self._master.tax(code, sold.legal_entity, sold.day)
        rate = Fraction(str(row.values["rate"])) / 100
        scope, rounded = _SCOPES.get(sold.legal_entity, ("line", half_up))
        amounts = [amount for _, amount in sold.lines]
        exact = [amount * rate / (1 + rate) if sold.is_inclusive else amount * rate for amount in amounts]
        taxes = [rounded(one) for one in exact] if scope == "line" else _running(exact, rounded)
        nets = [amount - tax if sold.is_inclusive else amount for amount, tax in zip(amounts, taxes, strict=True)]
        return Taxed(
            code,
            self._master.tax_reason(code, sold.legal_entity, sold.day),
            str(row.values["rate"]),
            scope,
            sum(nets),
            sum(taxes),
            period_of(sold.day),
            tuple((name, net, tax) for (name, _), net, tax in zip(sold.lines, nets, taxes, strict=True)),
        )

    def check(self, tax_id: str, country: str) -> str:
        """Return `valid` or `invalid` by the shape of the number; no authority is asked by a sandbox."""
        plain = tax_id.replace(" ", "").upper()
        prefix = {"JP": "T", "US": ""}.get(country, country)
        length = _ID_LENGTHS.get(country)
        is_well = plain.startswith(prefix) and plain.isalnum() and (length is None or len(plain) == length)
        return "valid" if is_well and len(plain) > 4 else "invalid"

    def file(self, certificate: Mapping[str, Any]) -> None:
        """Keep an exemption certificate under its id."""
        self.certificates[str(certificate["certificate_id"])] = dict(certificate)

    def valid_certificates(self, day: str) -> list[dict[str, Any]]:
        """Return the certificates that count on a day (YYYY-MM-DD)."""
        return [
            one
            for one in self.certificates.values()
            if one["status"] == "on_file"
            and one["valid_from"] <= day
            and (not one["valid_to"] or day < one["valid_to"])
        ]

    def _code(self, sold: Sold) -> str:
        code = {"DE-01": self._german, "US-01": self._american, "JP-01": self._japanese}.get(sold.legal_entity)
        found = code(sold) if code else ""
        if not found:
            kind = "business" if sold.is_business else "consumer"
            raise RefusedError(
                "tax-code-unmapped",
                f"no tax code of {sold.legal_entity} for a {kind} in {sold.country} {sold.region}".rstrip(),
                "Add a row to the tax codes.",
            )
        return found

    def _german(self, sold: Sold) -> str:
        if sold.country == "DE":
            return "DE-S19I" if sold.is_inclusive else "DE-S19"
        if not sold.is_business:
            return "DE-OSS-FR20" if sold.country == "FR" and sold.is_inclusive else ""
        if sold.country not in _EU:
            return "DE-OS"
        # without a valid number the buyer is taxed like one at home
        is_valid = bool(sold.tax_id) and self.check(sold.tax_id, sold.country) == "valid"
        return "DE-RC" if is_valid else "DE-S19"

    def _american(self, sold: Sold) -> str:
        if sold.country != "US" or sold.is_inclusive:
            return ""
        for one in self.valid_certificates(str(sold.day)):
            if one["customer_id"] == sold.customer_id and one["region"] == sold.region:
                return str(one["tax_code"])
        if not sold.region:
            raise RefusedError(
                "ship-to-incomplete", "no state in the ship-to address", "Tell where the service is used."
            )
        return {"NY": "US-NY", "CA": "US-CA0"}.get(sold.region, "")

    def _japanese(self, sold: Sold) -> str:
        if sold.country != "JP":
            return ""
        return "JP-S10I" if sold.is_inclusive else "JP-S10"


def _running(exact: Sequence[Fraction], rounded: Callable[[Fraction], int]) -> list[int]:
    """Share a tax that is rounded once for the document: each line has what the running sum grew by."""
    found: list[int] = []
    total = Fraction(0)
    for one in exact:
        before = rounded(total)
        total += one
        found.append(rounded(total) - before)
    return found
