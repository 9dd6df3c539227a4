"""A proxy between billing, the sync middleware and what stands behind it: where faults meet a running landscape.

It carries webhooks of billing to the middleware, and orders of the middleware to ERP, entitlements and analytics. With
no fault switched on it changes nothing; probes look at the systems themselves, past it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from harness.model import JSON, HarnessError
from synthetic.deeds import Adapter, Answer, Attempt, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.deeds.categories import Categories
from synthetic.faults import Between, Played, load_faults
from synthetic.faults.live import fault_of
from synthetic.sandboxes.billing.webhooks import signature
from synthetic.sandboxes.services.service import Surroundings
from synthetic.systems.ledger import LedgerErp
from synthetic.systems.remote import RemotePort
from synthetic.systems.wire import Reply, Wire

_LOG = logging.getLogger("sandbox.proxy")
_LARGEST = 1_000_000
_SYNC = "sync"
_PASSED_ON = ("stripe-signature", "content-type")


class ProxyService:
    """Carries calls, through whatever faults are switched on."""

    def __init__(self, around: Surroundings) -> None:
        """Know the systems behind the middleware; the middleware itself is started later."""
        self._around = around
        self._categories = Categories(around.catalog.categories())
        self._played: tuple[Played, ...] = ()
        edge, token = around.addresses["edge"], around.token
        main = RemotePort("erp", around.addresses["ledger"], token)
        second = around.addresses.get("ledger-2")
        legacy = {"DE-01-L": RemotePort("erp", second, token)} if second else {}
        behind: dict[str, Adapter] = {"erp": LedgerErp(main, legacy)}
        behind |= {port: RemotePort(port, edge, token) for port in ("entitlements", "analytics")}
        self._ports: dict[str, Adapter] = {name: _Through(self, adapter) for name, adapter in behind.items()}

    def ports(self) -> Mapping[str, Adapter]:
        """Return the ports behind the middleware."""
        return self._ports

    def routes(self) -> Sequence[BaseRoute]:
        """Return where billing sends its events, and where faults are switched."""
        return (
            Route("/webhooks/billing", self.webhook, methods=["POST"]),
            Route("/sandbox/faults", self.switch, methods=["GET", "PUT", "DELETE"]),
        )

    def carried(self, adapter: Adapter, attempt: Attempt) -> Answer:
        """Carry one call through the faults that are on.

        Raises:
            UnreachableError: The system, or a fault, does not answer.
            RefusedError: One of them says no.
        """
        try:
            answer = Between(adapter, self._played).call(attempt)
        except (UnreachableError, RefusedError):
            raise
        except HarnessError as error:  # a fault file that breaks is told where it was asked for
            _LOG.warning("%s", error)
            raise UnreachableError(attempt.port, error.message) from error
        if not isinstance(answer, dict):
            raise UnreachableError(attempt.port, "it answers later, and nobody waits here")
        return answer

    async def webhook(self, request: Request) -> Response:
        """Carry one event of billing to the middleware."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return Response(status_code=413)
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        try:
            event: dict[str, JSON] = {"event": json.loads(body)}
        except (ValueError, RecursionError):
            return Response("no event", 400)
        attempt = Attempt("bus", "deliver", event, Kind.DEED, "", self._around.clock.now())
        try:
            await asyncio.to_thread(self.carried, _Webhook(self, body, headers), attempt)
        except RefusedError as error:
            return Response(error.message, 400)
        except UnreachableError as error:
            return Response(error.why, 503)
        return Response(status_code=200)

    def posted(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post a webhook to the middleware."""
        return self._ask_sync("/webhooks/billing", body, headers)

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of an event that was changed on its way: signed, or nobody would take it."""
        place = self._around.data / "sync.sqlite"
        with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as inbox:
            row = inbox.execute("select value from setting where name = 'webhook-secret'").fetchone()
        at = int(self._around.clock.now().timestamp())
        return {"stripe-signature": signature(body, str(row[0]) if row else "", at), "content-type": "application/json"}

    async def switch(self, request: Request) -> Response:
        """Show, replace or end the faults that are on."""
        if request.method == "DELETE":
            self._played = ()
        elif request.method == "PUT":
            try:
                asked = json.loads(await request.body())
                seed = int(asked.get("seed", 0))
                self._played = tuple(Played(self._fault(one), seed) for one in asked["faults"])
            except HarnessError as error:
                return _json(422, {"refused": error.message, "remedy": error.remedy})
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                return _json(400, {"refused": f"the faults could not be read: {error}"})
        return _json(200, {"faults": self._told()})

    def _fault(self, asked: Mapping[str, Any]) -> Any:
        name = str(asked["id"])
        if "file" not in asked:
            return fault_of(name, asked["seen"], self._categories)
        known = {one.id: one for one in load_faults(Path(asked["file"]))}
        if name not in known:
            raise RefusedError("proxy", "unknown", f"no fault {name} in {asked['file']}: {', '.join(sorted(known))}")
        return known[name]

    def _told(self) -> list[JSON]:
        return [{"id": one.fault.id, "met": one.met, "changed": one.changed} for one in self._played]

    def health(self) -> dict[str, JSON]:
        """Tell which faults are on."""
        return {"ok": True, "faults": [one.fault.id for one in self._played]}

    async def work(self) -> None:
        """Do nothing by itself."""
        await asyncio.Event().wait()

    def woken(self) -> None:
        """Nothing waits here."""

    async def settle(self) -> dict[str, JSON]:
        """Let the middleware settle: billing knows it by this address."""
        reply = await asyncio.to_thread(self._ask_sync, "/sandbox/settle", b"", {})
        found = reply.json(_SYNC)
        return found if isinstance(found, dict) else {}

    def pause(self) -> None:
        """Nothing is under way here."""

    def reset(self) -> None:
        """Switch every fault off."""
        self._played = ()

    def close(self) -> None:
        """Leave nothing behind."""

    def _ask_sync(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        wire = Wire(_SYNC, self._sync_url(), {"authorization": f"Bearer {self._around.token}"})
        try:
            return wire.ask("POST", path, body, headers)
        finally:
            wire.close()

    def _sync_url(self) -> str:
        """Return where the middleware listens: it is started after this proxy, and written into the run folder."""
        try:
            state = json.loads((self._around.data.parent / "state.json").read_text("utf-8"))
            return f"http://127.0.0.1:{int(state['children'][_SYNC]['port'])}"
        except (OSError, ValueError, KeyError, TypeError):
            raise UnreachableError(_SYNC, "it is not up yet") from None


class _Through:
    """A system behind the proxy, asked in a thread: what it calls may come back through here."""

    def __init__(self, proxy: ProxyService, adapter: Adapter) -> None:
        self._proxy = proxy
        self._adapter = adapter

    def call(self, attempt: Attempt) -> Awaitable[Answer]:
        return asyncio.to_thread(self._proxy.carried, self._adapter, attempt)


class _Webhook:
    """The middleware as whoever takes one event: as it was sent while nothing changed it, else signed anew."""

    def __init__(self, proxy: ProxyService, body: bytes, headers: Mapping[str, str]) -> None:
        self._proxy = proxy
        self._body = body
        self._headers = headers
        self._event = json.loads(body)

    def call(self, attempt: Attempt) -> Answer:
        if attempt.request.get("event") == self._event:
            reply = self._proxy.posted(self._body, self._headers)
        else:
            body = json.dumps(attempt.request.get("event")).encode()
            reply = self._proxy.posted(body, self._proxy.signed(body))
        if reply.status >= 300:
            raise UnreachableError("bus", f"{reply.status}")
        return {"accepted": True}


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
