"""The tax engine behind the `tax` port: documents in the shape of the tax contract, in and out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError
from synthetic.sandboxes.landscape.tax import Sold, TaxEngine

_PORT = "tax"


def determination(engine: TaxEngine, sale: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tax of a sale; both have the shape of the tax contract (DeterminationRequest, Determination).

    Its id follows from the request: the same sale asked again is the same determination.

    Raises:
        RefusedError: Of the mappings, such as `tax-code-unmapped`.
    """
    address = sale["ship_to"]
    taxed = engine.determine(
        Sold(
            legal_entity=sale["legal_entity"],
            customer_id=sale["customer_id"],
            day=date.fromisoformat(sale["document_date"]),
            country=address["country"],
            region=address.get("region", ""),
            is_business=sale["buyer_kind"] == "business",
            tax_id=sale.get("buyer_tax_id", ""),
            is_inclusive=sale["price_mode"] == "inclusive",
            lines=[(line["id"], line["net"]) for line in sale["lines"]],
        )
    )
    said = hashlib.sha256(json.dumps(sale, sort_keys=True).encode()).hexdigest()
    whole: dict[str, JSON] = {"tax_code": taxed.code, "tax_reason": taxed.reason, "rate": taxed.rate}
    return {
        "determination_id": f"td_{said[:12]}",
        "legal_entity": sale["legal_entity"],
        "currency": sale["currency"],
        "net": taxed.net,
        "tax": taxed.tax,
        "total": taxed.net + taxed.tax,
        "tax_period": taxed.period,
        "tax_breakdown": [whole | {"base": taxed.net, "tax": taxed.tax}],
        "lines": [
            {"id": name, "net": net, "tax": tax, "tax_code": taxed.code, "tax_rate": taxed.rate}
            for name, net, tax in taxed.lines
        ],
        "rounding_scope": taxed.scope,
    }


class TaxDesk:
    """What the `tax` port answers: determinations, tax ids, exemption certificates."""

    def __init__(self, engine: TaxEngine) -> None:
        """Work on `engine`."""
        self._engine = engine

    def determine(self, sale: Mapping[str, Any]) -> Answer:
        """Determine the tax of a sale: `determineTax` of the contract."""
        try:
            return determination(self._engine, sale)
        except (KeyError, TypeError, ValueError) as error:
            raise RefusedError(_PORT, "request-malformed", f"{type(error).__name__}: {error}") from None

    def file_certificate(self, certificate: Mapping[str, Any]) -> Answer:
        """File an exemption certificate under its id; filing it again changes nothing.

        Raises:
            RefusedError: `certificate-invalid`: it ends before it begins.
        """
        until = certificate.get("valid_to")
        if until and str(until) <= str(certificate["valid_from"]):
            raise RefusedError(_PORT, "certificate-invalid", "valid_to is not after valid_from")
        self._engine.file({**certificate, "valid_to": until})
        return {"id": certificate["certificate_id"]}

    def certificate_of(self, customer: str, day: str) -> Answer:
        """Show the certificates of a customer that count on a day (YYYY-MM-DD)."""
        found = [one for one in self._engine.valid_certificates(day) if one["customer_id"] == customer]
        return {"count": len(found)} | (
            {name: found[0][name] for name in ("region", "tax_code", "status")} if found else {}
        )

    def rows(self) -> list[Answer]:
        """Return every certificate that was filed."""
        return [dict(one) for one in self._engine.certificates.values()]

    def tax_id_of(self, tax_id: str, country: str) -> Answer:
        """Show whether a tax id counts: `valid` or `invalid`."""
        return {"count": 1, "status": self._engine.check(tax_id, country)}
