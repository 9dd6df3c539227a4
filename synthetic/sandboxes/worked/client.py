"""A client of a running sandbox: its contracts by name, its billing port, and waiting for what follows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from harness.catalog import Catalog
from harness.model import JSON, HarnessError
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.surface import contracts_of
from synthetic.systems.stripe import StripeBilling
from synthetic.systems.stripe_http import StripeWire
from synthetic.systems.wire import Wire

_PATIENCE = 20.0
_NAP = 0.05
_Found = TypeVar("_Found")


class RefusedExampleError(HarnessError):
    """The sandbox refused a step of the worked examples."""

    exit_code = 1


@dataclass(slots=True)
class Given:
    """By contract and operation (`GET /invoices/{invoice_id}`): values of parameters, and a body."""

    contracts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def add(self, contract: str, operation: str, body: Any = None, **parameters: Any) -> None:
        """Note what an operation can be asked."""
        told: dict[str, Any] = {"parameters": parameters} if parameters else {}
        if body is not None:
            told["body"] = body
        self.contracts.setdefault(contract, {})[operation] = told


class Client:
    """Asks a sandbox in the words of its contracts; every request has a key of its own."""

    def __init__(self, running: Running, catalog: Catalog) -> None:
        """Open connections to every part."""
        self.running = running
        self._parts = contracts_of(running.plan)
        authorised = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
        self._wires = {name: Wire(name, child.url, authorised) for name, child in running.children.items()}
        self._stripe = StripeWire(running.children["edge"].url, running.key)
        clock = running.clock()
        self.now = clock.now()
        clock.close()
        self.billing = StripeBilling(self._stripe, CatalogPrices(Master(catalog), self.now.date()))
        self._keys = count(1)

    @property
    def today(self) -> date:
        """The day it is in Berlin, where most examples are sold."""
        return self.now.astimezone(ZoneInfo("Europe/Berlin")).date()

    def serves(self, contract: str) -> bool:
        """Whether the sandbox serves a contract."""
        return contract in self._parts

    def ask(self, contract: str, method: str, path: str, body: Any = None) -> Any:
        """Ask one operation and return its answer.

        Raises:
            RefusedExampleError: It refused.
        """
        sent = json.dumps(body).encode() if body is not None else b""
        headers = {"idempotency-key": f"worked-example-{next(self._keys)}"}
        reply = self._wires[self._parts[contract]].ask(method, f"/{contract}{path}", sent, headers)
        if reply.status >= 400:
            told = reply.body[:300].decode("utf-8", "replace")
            raise RefusedExampleError(f"{contract} answered {reply.status} to {method} {path}: {told}")
        return reply.json(contract)

    def rows(self, contract: str, path: str) -> list[dict[str, Any]]:
        """Return the rows of the first page of a list."""
        found: list[dict[str, Any]] = self.ask(contract, "GET", path)["data"]
        return found

    def port(self, child: str, port: str, operation: str, request: Mapping[str, Any]) -> Any:
        """Ask a port of the sandbox, for what no contract lets a caller do: a bank line comes from the bank."""
        body: dict[str, JSON] = {"request": dict(request), "kind": "deed", "key": f"worked-{next(self._keys)}"}
        return self.running.ask(child, "POST", f"/ports/{port}/{operation}", body)

    def stripe(self, method: str, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Ask billing in Stripe's words, for what happens at the provider: payouts, disputes."""
        return self._stripe(method, path, params, "")

    def wait(self, what: str, look: Callable[[], _Found | None]) -> _Found:
        """Look until something is there.

        Raises:
            RefusedExampleError: It did not come in time.
        """
        deadline = time.monotonic() + _PATIENCE
        while (found := look()) is None:
            if time.monotonic() > deadline:
                late = f"{what} did not come within {_PATIENCE:g} s"
                raise RefusedExampleError(late, remedy="harness sandbox status")
            time.sleep(_NAP)
        return found

    def close(self) -> None:
        """Close every connection."""
        for wire in self._wires.values():
            wire.close()
        self._stripe.close()
