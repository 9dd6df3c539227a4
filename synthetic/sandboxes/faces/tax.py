"""`tax`: determinations, checks of tax ids, exemption certificates."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.landscape.tax import Sold, TaxEngine

_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,8}")


class TaxFace:
    """Operations of the contract over one tax engine."""

    def __init__(self, engine: TaxEngine, now: Callable[[], datetime]) -> None:
        """Work on `engine`."""
        self._engine = engine
        self._now = now

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "determineTax": self._determine,
            "checkTaxId": self._check,
            "listCertificates": self._list,
            "fileCertificate": self._file,
        }

    def _determine(self, asked: Asked) -> Any:
        body = asked.body
        address = body["ship_to"]
        taxed = self._engine.determine(
            Sold(
                legal_entity=body["legal_entity"],
                customer_id=body["customer_id"],
                day=date.fromisoformat(body["document_date"]),
                country=address["country"],
                region=address.get("region", ""),
                is_business=body["buyer_kind"] == "business",
                tax_id=body.get("buyer_tax_id", ""),
                is_inclusive=body["price_mode"] == "inclusive",
                lines=[(line["id"], line["net"]) for line in body["lines"]],
            )
        )
        if not _CODE.fullmatch(taxed.code):
            # tax 2.0.0 has no room for a second dash, as the code of the one-stop shop has; the code is the catalog's
            raise RefusalError(422, f"{taxed.code} is no tax code that this version of the contract can carry.")
        said = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        whole = {"tax_code": taxed.code, "tax_reason": taxed.reason, "rate": taxed.rate}
        return {
            "determination_id": f"td_{said[:12]}",
            "legal_entity": body["legal_entity"],
            "currency": body["currency"],
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

    def _check(self, asked: Asked) -> Any:
        body = asked.body
        return {
            "tax_id": body["tax_id"],
            "tax_id_status": self._engine.check(body["tax_id"], body["country"]),
            "checked_at": self._now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _list(self, asked: Asked) -> Any:
        day = asked["valid_on"]
        found = self._engine.valid_certificates(day) if day else list(self._engine.certificates.values())
        wanted = asked["customer_id"]
        rows = [one for one in found if wanted in (None, one["customer_id"])]
        return page(rows, asked, lambda row: str(row["certificate_id"]))

    def _file(self, asked: Asked) -> Any:
        body = dict(asked.body)
        if body["certificate_id"] != asked["certificate_id"]:
            raise RefusalError(422, "certificate_id differs from the one in the path.")
        until = body.get("valid_to")
        if until and until <= body["valid_from"]:
            raise RefusalError(422, "valid_to is not after valid_from.")
        self._engine.file(body | {"valid_to": until})
        return body
