"""Calling webhooks: only hosts that the operator listed, only addresses that may be reached, no redirects.

The host is resolved once and that address is connected to, so a name cannot answer differently the second time.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from harness.history.columns import json_text
from harness.model import JSON, UsageError
from harness.model.access import Webhook

SECONDS = 10
_LARGEST = 1_000_000
_VALUE = re.compile(r"\$\{pactbroker\.(\w+)\}")
_METHODS = frozenset({"POST", "PUT", "PATCH", "GET", "DELETE"})
_NO_BREAK = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a webhook goes, checked.

    Attributes:
        scheme: `http` or `https`.
        host: The name in the address.
        address: The IP address it stands for now.
        port: The port.
        path: Path and query.
    """

    scheme: str
    host: str
    address: str
    port: int
    path: str


def place_of(url: str, allowed: frozenset[str]) -> Place:
    """Return where an address goes.

    Args:
        url: The address; `http` only to loopback.
        allowed: Hosts that may be called, `HOST` or `HOST:PORT`.

    Raises:
        UsageError: The host is not listed, cannot be resolved, or stands for an address that must not be reached.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError as error:
        raise UsageError(
            f"the address of the webhook cannot be read: {error}", remedy="Write https://HOST/PATH."
        ) from None
    host = (parts.hostname or "").lower()
    if not host or not port or parts.username or _NO_BREAK.search(url):
        raise UsageError("a webhook goes to https://HOST/PATH, without user", remedy="Mend its address.")
    if not {host, f"{host}:{port}"} & allowed:
        raise UsageError(
            f"webhooks may not call {host}:{port}", remedy=f"harness serve --webhook-host {host}:{port} allows it."
        )
    address = _resolved(host, port)
    _check_address(host, address)
    if parts.scheme != "https" and not ipaddress.ip_address(address).is_loopback:
        raise UsageError("a webhook beyond this machine goes by https", remedy="Write https://.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, address, port, path)


def send(webhook: Webhook, values: Mapping[str, str], allowed: frozenset[str]) -> int:
    """Call a webhook once and return the status of the answer; a redirect is an answer, not followed.

    Raises:
        UsageError: It may not be called.
        OSError: Nobody answered in time.
        http.client.HTTPException: What answered is no web server.
    """
    request = webhook.request
    place = place_of(_filled(str(request.get("url") or ""), values, in_url=True), allowed)
    method = str(request.get("method") or "POST").upper()
    if method not in _METHODS:
        raise UsageError(f'no method "{method}" for a webhook', remedy="Use POST.")
    connection = _connection(place)
    try:
        connection.request(
            method, place.path, body=_body(request.get("body"), values), headers=_headers(request, values)
        )
        answer = connection.getresponse()
        answer.read(_LARGEST)
        return answer.status
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, whatever its name answers now."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.create_connection((self._place.address, self._place.port), SECONDS)
        if self._place.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._place.host)


def _connection(place: Place) -> http.client.HTTPConnection:
    return _Pinned(place)


def _resolved(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise UsageError(f"{host} cannot be found", remedy="See that the name is right.") from None
    return str(found[0][4][0]).partition("%")[0]


def _check_address(host: str, address: str) -> None:
    """Refuse an address that a listed name must not stand for: this machine, its network, the cloud's metadata."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    named_itself = host in {address, "localhost"}
    forbidden = found.is_link_local or found.is_multicast or found.is_reserved or found.is_unspecified
    if forbidden or (not found.is_global and not named_itself):
        raise UsageError(
            f"{host} stands for {address}, which webhooks may not reach",
            remedy="List an address of an inner network by its number: --webhook-host 10.0.0.5:443.",
        )


def _headers(request: Mapping[str, JSON], values: Mapping[str, str]) -> dict[str, str]:
    given = request.get("headers")
    headers = {"Content-Type": "application/json", "User-Agent": "contract-harness"}
    for name, value in (given if isinstance(given, dict) else {}).items():
        headers[_NO_BREAK.sub("", str(name))] = _NO_BREAK.sub("", _filled(str(value), values))
    return headers


def _body(body: JSON, values: Mapping[str, str]) -> bytes | None:
    if body is None:
        return None
    return (_filled(body, values) if isinstance(body, str) else json_text(_filled_in(body, values))).encode()


def _filled_in(value: JSON, values: Mapping[str, str]) -> JSON:
    """Fill texts inside a JSON body, so that a value with a quotation mark stays one text."""
    if isinstance(value, dict):
        return {key: _filled_in(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled_in(item, values) for item in value]
    return _filled(value, values) if isinstance(value, str) else value


def _filled(text: str, values: Mapping[str, str], *, in_url: bool = False) -> str:
    def value(found: re.Match[str]) -> str:
        known = values.get(found[1], "")
        return quote(known, safe="") if in_url else known

    return _VALUE.sub(value, text)
