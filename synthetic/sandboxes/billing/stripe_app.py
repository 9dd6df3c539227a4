"""The billing core behind Stripe's HTTP API: an ASGI app that the official clients drive unchanged."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.desk import API_VERSION
from synthetic.sandboxes.billing.forms import LARGEST, parsed
from synthetic.sandboxes.billing.routes import Served, routes
from synthetic.sandboxes.billing.values import BillingError, Record, Reply

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(core: BillingCore, *, delay: float = 0.0) -> Starlette:
    """Return the ASGI app that speaks Stripe's API over a core.

    Args:
        core: Answers every request; one core may have several skins at once.
        delay: Seconds each request takes, so that two with one idempotency key can meet.
    """
    skin = _Skin(core, delay)
    paths = [Route(served.path, skin.endpoint(served), methods=[served.method]) for served in routes()]
    return Starlette(routes=[*paths, Route("/{rest:path}", skin.unknown, methods=["GET", "POST", "PUT", "DELETE"])])


class _Skin:
    """Reads requests, asks the core, writes answers."""

    def __init__(self, core: BillingCore, delay: float) -> None:
        self._core = core
        self._delay = delay
        self._in_flight: set[str] = set()
        self._requests = 0

    def endpoint(self, served: Served) -> Endpoint:
        async def answer(request: Request) -> Response:
            key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
            try:
                _authorised(request)
                params = await _params(request)
                _own_id_refused(served, params)
                params |= dict(request.path_params) | dict(served.also)
            except BillingError as error:
                return self._response(Reply(error.status, error.body()), key)
            return self._response(await self._asked(served.operation, params, key), key)

        return answer

    async def unknown(self, request: Request) -> Response:
        message = f"Unrecognized request URL ({request.method}: {request.url.path})."
        return self._response(Reply(404, BillingError(message, status=404).body()), "")

    async def _asked(self, operation: str, params: Record, key: str) -> Reply:
        if key in self._in_flight:
            error = BillingError(
                "There is currently another in-progress request using this Idempotent Key. Please try again later.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )
            return Reply(409, error.body())
        if key:
            self._in_flight.add(key)
        try:
            if self._delay:
                await asyncio.sleep(self._delay)
            return self._core.perform(operation, params, key=key)
        finally:
            self._in_flight.discard(key)

    def _response(self, reply: Reply, key: str) -> Response:
        self._requests += 1
        headers = {"request-id": f"req_{self._requests:014d}", "stripe-version": API_VERSION}
        if key:
            headers["idempotency-key"] = key
        if reply.replayed:
            headers["idempotent-replayed"] = "true"
        # the official clients retry a conflict of keys, and nothing else that a sandbox refuses
        headers["stripe-should-retry"] = "true" if reply.status == 409 else "false"
        return Response(json.dumps(reply.body), reply.status, headers, "application/json")


def _own_id_refused(served: Served, params: Record) -> None:
    """Refuse ids chosen by the caller, which Stripe takes for products only."""
    for name in ("id", "first_invoice"):
        if name in params and served.operation != "products.create":
            raise BillingError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


async def _params(request: Request) -> Record:
    """Return the parameters of a request: of its query, and of its form if it has one."""
    query = parsed(request.url.query)
    if request.method != "POST":
        return query
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise BillingError("The request body is larger than 1 MB.", status=413)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if body and kind not in ("application/x-www-form-urlencoded", ""):
        raise BillingError(f"Invalid content type {kind}: send application/x-www-form-urlencoded.", status=400)
    try:
        return query | parsed(body.decode())
    except UnicodeDecodeError:
        raise BillingError("The request body is no UTF-8.") from None


def _authorised(request: Request) -> None:
    """Refuse requests without a test key, and live keys always.

    Raises:
        BillingError: With status 401.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = given.strip()
    if scheme.lower() == "basic":
        with suppress(binascii.Error, UnicodeDecodeError):
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
    if key.startswith(("sk_live", "rk_live")):
        raise BillingError("A live key must never reach a sandbox; use a key that begins with sk_test_.", status=401)
    if not key.startswith(("sk_test", "rk_test")):
        raise BillingError("You did not provide an API key: send `Authorization: Bearer sk_test_...`.", status=401)
