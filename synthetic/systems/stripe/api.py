"""Requests of one deed: each part of it under a key of its own, lists read to their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Request = Callable[[str, str, Mapping[str, Any], str], dict[str, Any]]
"""Method, path below /v1, parameters, idempotency key -> the answer as JSON; raises what `synthetic.deeds` knows."""


class StripeApi:
    """Stripe's API during one deed.

    Attributes:
        key: Idempotency key of the deed that is done now; "" for none.
    """

    def __init__(self, request: Request) -> None:
        """Speak through `request`."""
        self.request = request
        self.key = ""

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Read one thing."""
        return self.request("GET", path, params or {}, "")

    def list(self, path: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return every row of a list, page by page."""
        rows: list[dict[str, Any]] = []
        while True:
            more = {"starting_after": rows[-1]["id"]} if rows else {}
            page = self.get(path, {**(params or {}), "limit": 100, **more})
            rows += page["data"]
            if not page["has_more"]:
                return rows

    def post(self, path: str, params: Mapping[str, Any], part: str) -> dict[str, Any]:
        """Post under the key of the deed, each part of it under a key of its own."""
        return self.request("POST", path, params, f"{self.key}-{part}" if self.key else "")
