"""`tax`: determinations, checks of tax ids, exemption certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, money, page
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.landscape.tax_desk import determination


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
        for line in asked.body["lines"]:
            money(line["net"])
        return determination(self._engine, asked.body)

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
