"""The Stripe API over HTTP for the `billing` port: the sandbox, or Stripe test mode, by base URL and key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from synthetic.deeds import Adapter, RefusedError, UnreachableError
from synthetic.systems.opening import Opening
from synthetic.systems.stripe import StripeBilling
from synthetic.systems.wire import PerThread, Reply, Wire

_PORT = "billing"


class StripeWire:
    """The way to a billing system that speaks Stripe's API."""

    def __init__(self, url: str, key: str) -> None:
        """Ask at `url`, authorised by `key`."""
        self._wire = Wire(_PORT, url, {"authorization": f"Bearer {key}"})

    def __call__(self, method: str, path: str, params: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Ask one thing; `path` is below /v1, `key` the idempotency key of a POST."""
        form = urlencode(list(_flat(params)))
        if method == "POST":
            headers = {"content-type": "application/x-www-form-urlencoded"} | ({"idempotency-key": key} if key else {})
            return _taken(self._wire.ask(method, f"/v1/{path}", form.encode(), headers))
        return _taken(self._wire.ask(method, f"/v1/{path}?{form}" if form else f"/v1/{path}"))

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()


def _flat(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form, nested ones with brackets."""
    for name, value in params.items():
        yield from _field(name, value)


def _field(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _field(f"{name}[{inner}]", one)
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _field(f"{name}[{place}]", one)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif value is not None:
        yield name, str(value)


def _taken(reply: Reply) -> dict[str, Any]:
    """Return what billing answered.

    Raises:
        UnreachableError: Too busy, down, or the key is not taken: nothing is known about money.
        RefusedError: It said no.
    """
    if reply.status >= 500 or reply.status in (409, 429):
        wait = reply.headers.get("retry-after", "0")
        raise UnreachableError(_PORT, f"{reply.status}", retry_after=float(wait) if wait.isdigit() else 0.0)
    body = reply.json(_PORT)
    if not isinstance(body, dict):
        raise UnreachableError(_PORT, f"it answered {reply.status} without an object")
    if reply.status in (401, 403):
        raise UnreachableError(_PORT, f"it answered {reply.status}: the key is not taken")
    if reply.status >= 400:
        error = body.get("error") or {}
        code = error.get("code") or error.get("type") or str(reply.status)
        raise RefusedError(_PORT, str(code), str(error.get("message") or json.dumps(body)[:200]))
    return body


def open_stripe(opening: Opening) -> Adapter:
    """Open Stripe's API at `url` (default: Stripe itself) with the key of the environment."""
    wire = StripeWire(opening.settings.get("url") or "https://api.stripe.com", opening.secret)
    return PerThread(lambda: StripeBilling(wire, opening.prices), wire.close)
