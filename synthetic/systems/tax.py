"""The `tax` port over the tax contract: the engine of a sandbox, or any other that speaks `tax` 3.

Operations of the contract: `POST /determinations`, `POST /tax-id-checks`, `GET` and `PUT /certificates`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from synthetic.deeds import Adapter, Answer, Attempt, RefusedError, UnreachableError
from synthetic.systems.opening import Opening
from synthetic.systems.wire import Reply, Wire

_PORT = "tax"


class TaxApi:
    """Adapter over HTTP; safe to use from several threads.

    Args:
        url: Under which the contract is served.
        token: Of the bearer; "" if none is asked for.
    """

    def __init__(self, url: str, token: str = "") -> None:
        """Ask at `url`."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        self._wire = Wire(_PORT, url, headers)
        self._operations: Mapping[str, Callable[..., Answer]] = {
            "determine": self._determine,
            "certificate_of": self._certificate,
            "tax_id_of": self._tax_id,
        }

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call.

        Raises:
            UnreachableError: Nobody there, too busy, or an answer that says nothing.
            RefusedError: The engine says no.
        """
        if attempt.operation == "file_certificate":
            return self._file(attempt.request["certificate"], attempt.key)
        operation = self._operations.get(attempt.operation)
        if operation is None:
            raise RefusedError(_PORT, "operation-unknown", f"no operation {attempt.operation}")
        return operation(**attempt.request)

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def _determine(self, sale: Mapping[str, Any]) -> Answer:
        return self._asked("POST", "/determinations", sale)

    def _file(self, certificate: Any, key: str) -> Answer:
        name = str(certificate["certificate_id"])
        headers = {"idempotency-key": key or f"certificate-{name}"}
        found = self._asked("PUT", f"/certificates/{quote(name, safe='')}", certificate, headers)
        return {"id": found["certificate_id"]}

    def _certificate(self, customer: str, day: str) -> Answer:
        named = urlencode({"customer_id": customer, "valid_on": day})
        found: list[Any] = self._asked("GET", f"/certificates?{named}")["data"]
        return {"count": len(found)} | (
            {name: found[0][name] for name in ("region", "tax_code", "status")} if found else {}
        )

    def _tax_id(self, tax_id: str, country: str) -> Answer:
        found = self._asked("POST", "/tax-id-checks", {"tax_id": tax_id, "country": country})
        return {"count": 1, "status": found["tax_id_status"]}

    def _asked(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        sent = b"" if body is None else json.dumps(body).encode()
        return _answer(self._wire.ask(method, path, sent, headers))


def _answer(reply: Reply) -> dict[str, Any]:
    body = reply.json(_PORT)
    if not isinstance(body, dict):
        raise UnreachableError(_PORT, f"it answered {reply.status} without an object")
    if reply.status in {400, 404, 409, 422}:
        detail = str(body.get("detail", ""))
        own, _, message = detail.partition(": ")
        # ours begin with their word for machines; of other engines the last part of the problem's type is one
        if message and own.replace("-", "").isalpha() and own.islower():
            raise RefusedError(_PORT, own, message)
        raise RefusedError(_PORT, str(body.get("type", "")).rpartition("/")[2] or str(reply.status), detail)
    if reply.status >= 300:
        raise UnreachableError(_PORT, f"it answered {reply.status}")
    return body


def open_tax(opening: Opening) -> Adapter:
    """Open the tax engine at `url` (adapter `tax`)."""
    return TaxApi(opening.setting("url"), opening.secret)
