"""Objects of a landscape behind ports: public methods are operations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from synthetic.deeds import Answer, Attempt, RefusedError, UnreachableError
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.routes import Served, routes
from synthetic.sandboxes.ledger.values import RefusedError as LedgerRefusal
from synthetic.systems.stripe import Request


class ObjectPort:
    """Adapter of one object: an operation is one of its public methods, with the names of the request."""

    def __init__(self, port: str, served: object) -> None:
        """Serve an object."""
        self._port = port
        self._served = served

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call."""
        operation: Callable[..., Answer] | None = getattr(self._served, attempt.operation, None)
        if not callable(operation) or attempt.operation.startswith("_"):
            raise RefusedError(self._port, "operation-unknown", f"no operation {attempt.operation}")
        try:
            return operation(**attempt.request)
        except LedgerRefusal as error:
            raise RefusedError(self._port, error.code, error.message) from None


def in_process(core: BillingCore) -> Request:
    """Return the way to a billing core in this process, by method and path as over HTTP."""

    def request(method: str, path: str, params: Mapping[str, Any], key: str) -> dict[str, Any]:
        found, named = _routed(method, f"/v1/{path}")
        # what crosses is text and numbers, as on the wire: nobody shares an object with billing
        asked = json.loads(json.dumps({**params, **named, **dict(found.also)}))
        reply = core.perform(found.operation, asked, key=key)
        body: dict[str, Any] = reply.body
        if reply.status >= 500 or reply.status == 429:
            raise UnreachableError("billing", f"{reply.status}")
        if reply.status >= 400:
            error = body["error"]
            raise RefusedError("billing", error.get("code") or error["type"], error["message"])
        return body

    return request


_SERVED = routes()


@lru_cache(maxsize=4096)
def _routed(method: str, path: str) -> tuple[Served, Mapping[str, str]]:
    tokens = path.split("/")
    for one in _SERVED:
        named = _matched(one.path.split("/"), tokens)
        if one.method == method and named is not None:
            return one, named
    raise RefusedError("billing", "operation-unknown", f"{method} {path} is not served")


def _matched(template: list[str], tokens: list[str]) -> dict[str, str] | None:
    if len(template) != len(tokens):
        return None
    named: dict[str, str] = {}
    for wanted, token in zip(template, tokens, strict=True):
        if wanted.startswith("{"):
            named[wanted.strip("{}")] = token
        elif wanted != token:
            return None
    return named
