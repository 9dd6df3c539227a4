"""Posts signed JSON to one address, and nothing else: no redirect, no proxy, no private network, no long wait.

The name is resolved once and that address is connected to, so that a name cannot point elsewhere between the check
and the call. `http` is for this machine only. The signature is that of Stripe's webhooks: an HMAC over time and body.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from harness.model import JSON, HarnessError, UsageError

SIGNATURE = "Harness-Signature"
_SECONDS = 10.0
_MOST_BYTES = 1 << 20
_TOLERANCE = 300
Resolve = Callable[[str, int], Iterable[str]]


class DeliveryError(HarnessError):
    """A message did not arrive; it is sent again later."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go.

    Attributes:
        url: `https://...`, or `http://` to this machine.
        secret: Key of the signature; "" sends unsigned, which is for this machine only.
        hosts: Hosts that may be called although their address is private; empty: public addresses only.
    """

    url: str
    secret: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()

    def checked(self) -> Target:
        """Return this target if a message may ever be sent there.

        Raises:
            UsageError: Neither https nor this machine, a user or password in the address, or no secret.
        """
        parts = urlsplit(self.url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in {"https", "http"} or not host:
            raise UsageError("a webhook is called by https", remedy="Write https://HOST/PATH.")
        if parts.username or parts.password:
            raise UsageError(
                f"the address of the webhook at {host} holds a password", remedy="Put it into the path or the secret."
            )
        local = _is_local_name(host)
        if parts.scheme == "http" and not local:
            raise UsageError(f"{host} would be called without encryption", remedy="Use https; http is for 127.0.0.1.")
        if not self.secret and not local:
            raise UsageError(
                f"messages to {host} would not be signed",
                remedy="Name the environment variable that holds the secret: --webhook-secret-env NAME.",
            )
        return self


def post(
    target: Target, body: JSON, *, now: Callable[[], float] = time.time, resolve: Resolve | None = None, name: str = ""
) -> None:
    """Send one message and return when it was taken (any 2xx).

    Args:
        target: Where to.
        body: JSON.
        now: Time of the signature, seconds since 1970.
        resolve: From host and port to addresses; the system's if None.
        name: Id of the message, so that its reader can drop a second copy.

    Raises:
        DeliveryError: Not allowed, not reached, refused, redirected, or too slow.
    """
    data = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "contract-harness", "Harness-Notice": name}
    if target.secret:
        headers[SIGNATURE] = signature(target.secret, data, int(now()))
    _request("POST", target.checked(), data, headers, resolve or _resolved)


def ping(target: Target, *, resolve: Resolve | None = None) -> None:
    """Call an address that waits for a sign of life (a dead man's switch); nothing is sent but the call.

    Raises:
        DeliveryError: As for `post`.
    """
    _request("GET", target, None, {"User-Agent": "contract-harness"}, resolve or _resolved)


def signature(secret: str, body: bytes, at: int) -> str:
    """Return the header that proves who sent a body, and when: `t=SECONDS,v1=HEX`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def is_genuine(secret: str, body: bytes, header: str, now: float, *, tolerance: float = _TOLERANCE) -> bool:
    """Whether a body was signed with `secret`, not longer ago than `tolerance` seconds (an old one may be a replay)."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdigit() and len(at) < 16) or abs(now - int(at)) > tolerance:
        return False
    expected = signature(secret, body, int(at)).partition("v1=")[2]
    return hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())


def _request(method: str, target: Target, data: bytes | None, headers: Mapping[str, str], resolve: Resolve) -> None:
    parts = urlsplit(target.url)
    host = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _allowed_address(host, port, target, resolve)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    deadline = time.monotonic() + _SECONDS
    connection = _Pinned(host, port, address, parts.scheme == "https")
    try:
        connection.request(method, path, body=data, headers=dict(headers))
        status = _status(connection, deadline)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DeliveryError(f"{host} could not be reached: {_named(error)}", remedy="It is tried again.") from error
    finally:
        connection.close()
    if 300 <= status < 400:
        raise DeliveryError(f"{host} answered with a redirect ({status}), which is not followed", remedy=_REMEDY)
    if not 200 <= status < 300:
        raise DeliveryError(f"{host} answered {status}", remedy=_REMEDY)


_REMEDY = "Correct the address of the webhook; the message is tried again."


def _status(connection: http.client.HTTPConnection, deadline: float) -> int:
    """Return the status; the answer is read to the cap or the deadline and thrown away."""
    sock = connection.sock
    sock.settimeout(max(0.1, deadline - time.monotonic()))
    response = connection.getresponse()
    left = _MOST_BYTES
    while left > 0 and time.monotonic() < deadline:
        sock.settimeout(max(0.1, deadline - time.monotonic()))
        part = response.read1(min(left, 65536))
        if not part:
            break
        left -= len(part)
    return response.status


class _Pinned(http.client.HTTPConnection):
    """Connects to an address that was resolved and checked before; the certificate must be that of the name."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:  # noqa: FBT001  (private)
        super().__init__(host, port, timeout=_SECONDS)
        self._address = address
        self._context = ssl.create_default_context() if secure else None

    def connect(self) -> None:
        sock = socket.create_connection((self._address, self.port), timeout=_SECONDS)
        self.sock = self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock


def _allowed_address(host: str, port: int, target: Target, resolve: Resolve) -> str:
    try:
        addresses = list(resolve(host, port))
    except OSError as error:
        raise DeliveryError(f"{host} could not be resolved: {_named(error)}", remedy="It is tried again.") from error
    if not addresses:
        raise DeliveryError(f"{host} has no address", remedy=_REMEDY)
    for address in addresses:
        refusal = _refusal(host, address, target)
        if refusal:
            raise DeliveryError(f"{host} is {refusal} ({address}), which is not called", remedy=_LISTED)
    return addresses[0]


_LISTED = "List the host if it may be called: hosts of the environment's notifications, or --webhook-host."


def _refusal(host: str, address: str, target: Target) -> str:
    """Return why an address is not called, "" if it may be. A name that is not local never leads to this machine."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return "" if _is_local_name(host) else "a name for this machine"
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        return "no address of a server"  # cloud metadata lives on a link-local address: never, listed or not
    if not ip.is_global and host not in target.hosts:
        return "in a private network"
    return ""


def _is_local_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in found]


def _named(error: BaseException) -> str:
    """Return what went wrong without what the address holds: a path may be a secret."""
    return getattr(error, "strerror", None) or type(error).__name__
