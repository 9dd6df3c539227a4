"""Whether a request carries one of the credentials that its operation asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.pacts.comparator.context import Operation
from harness.pacts.comparator.interactions import Headers
from harness.pacts.comparator.javascript import listed, mapping
from harness.pacts.comparator.querystrings import parse_flat
from harness.pacts.comparator.values import Result

_TRUSTED = frozenset({"mutualtls", "oauth2", "openidconnect"})
"""Schemes of which a request shows nothing that could be checked."""


def authorization(operation: Operation) -> Iterator[Result]:
    """Yield a result for every credential that is missing, unless one of them is there."""
    if not operation.interaction.is_valid_request:
        return
    headers = operation.request_headers()
    missing: list[Result] = []
    for requirement in listed(operation.value.get("security")):
        if not requirement:
            return
        for name in mapping(requirement):
            scheme = mapping(operation.found.route.security_schemes.get(name))
            place = _missing(operation, scheme, headers)
            if place is None:
                continue
            if not place:
                return
            message = f"Request authorization ({name}) is missing but is required by the specification"
            missing.append(operation.result("request.authorization.missing", message, f"/request/{place}"))
    yield from missing


def _missing(operation: Operation, scheme: dict[str, Any], headers: Headers) -> str | None:
    """Return where the credential is missing, "" if it is there, None for a scheme that says nothing."""
    kind = str(scheme.get("type") or "").lower()
    if kind in _TRUSTED:
        return ""
    if kind == "apikey":
        return _api_key(operation, scheme, headers)
    if kind in {"basic", "http"}:
        method = "basic" if kind == "basic" else str(scheme.get("scheme") or "").lower()
        written = headers.get("authorization")
        if operation.setting.get("no-authorization-schema"):
            return "headers" if written is None else ""
        known = method in {"basic", "bearer"}
        return "" if known and (written or "").lower().startswith(f"{method} ") else "headers"
    return None


def _api_key(operation: Operation, scheme: dict[str, Any], headers: Headers) -> str | None:
    place, name = str(scheme.get("in") or "").lower(), str(scheme.get("name"))
    if place == "header":
        is_there = name in headers
        headers.discard(name)
        return "" if is_there else "headers"
    if place == "query":
        return "" if name in parse_flat(operation.found.query) else "query"
    return "" if place == "cookie" else None
