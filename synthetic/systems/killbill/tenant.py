"""The way to one tenant of one Kill Bill: JSON over REST, with a user and the key of the tenant."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

from synthetic.deeds import RefusedError, UnreachableError
from synthetic.systems.billing import PORT
from synthetic.systems.wire import Wire

_PATIENCE = 60.0


class KillBill:
    """One tenant of one Kill Bill.

    Args:
        url: `http://127.0.0.1:PORT`.
        user: Name and password of a user, by a colon.
        tenant: API key of the tenant.
        secret: Its API secret; by default the key, as on a sandbox.
    """

    def __init__(self, url: str, user: str, tenant: str, secret: str = "") -> None:
        """Keep it; nothing is asked yet."""
        self.key = tenant
        headers = {
            "authorization": "Basic " + base64.b64encode(user.encode()).decode(),
            "x-killbill-createdby": "contract-harness",
            "x-killbill-apikey": tenant,
            "x-killbill-apisecret": secret or tenant,
            "accept": "application/json",
        }
        self._wire = Wire(PORT, url, headers, patience=_PATIENCE)

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def get(self, path: str) -> Any:
        """Read something; None if it is not there."""
        return self._sent("GET", path)[1]

    def post(self, path: str, body: Any = None) -> str:
        """Make something and return its id, the last part of where it is."""
        where, _ = self._sent("POST", path, body)
        return where.rsplit("/", 1)[-1]

    def put(self, path: str, body: Any = None) -> None:
        """Change something."""
        self._sent("PUT", path, body)

    def delete(self, path: str) -> None:
        """End something."""
        self._sent("DELETE", path)

    def upload(self, path: str, text: str) -> None:
        """Send XML."""
        reply = self._wire.ask("POST", f"/1.0/kb{path}", text.encode(), {"content-type": "text/xml"})
        _check(reply.status, reply.body, path)

    def charge(self, path: str, body: Any) -> list[dict[str, Any]]:
        """Make something that is answered with what was made."""
        found: list[dict[str, Any]] = self._sent("POST", path, body)[1]
        return found

    def queued(self) -> list[dict[str, Any]]:
        """Return the notifications that the tenant has planned (`effectiveDate`, `event`, `queueName`)."""
        path = "/admin/queues?withHistory=false&withBusEvents=false&maxDate=2199-01-01T00:00:00Z"
        reply = self._wire.ask("GET", f"/1.0/kb{path}", b"", {"accept": "application/octet-stream"})
        _check(reply.status, reply.body, path)
        found: list[dict[str, Any]] = reply.json(PORT).get("notifications", [])
        return found

    def _sent(self, method: str, path: str, body: Any = None) -> tuple[str, Any]:
        sent = json.dumps(body, default=str).encode() if body is not None else b""
        headers = {"content-type": "application/json", "content-length": str(len(sent))}
        reply = self._wire.ask(method, f"/1.0/kb{path}", sent, headers)
        if method == "GET" and reply.status in {204, 404}:
            return "", None
        _check(reply.status, reply.body, path)
        found = json.loads(reply.body, parse_float=Decimal) if reply.body else None
        return reply.headers.get("location", ""), found


def _check(status: int, body: bytes, path: str) -> None:
    if status >= 500:
        raise UnreachableError(PORT, f"{status} for {path}: {body[:200].decode(errors='replace')}")
    if status >= 400:
        try:
            error = json.loads(body)
            code, message = f"killbill-{error.get('code') or status}", str(error.get("message"))
        except ValueError:
            code, message = f"killbill-{status}", body[:200].decode(errors="replace")
        raise RefusedError(PORT, code, message)
