"""Kill Bill as the billing of a sandbox: a Java process of this process, its clock kept to that of the sandbox.

The port `billing` is asked here, so that a reset, which is a new tenant, changes no address and no key. What happens
there goes to the sync middleware as webhooks, signed as Stripe signs them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from harness.model import JSON, HarnessError
from synthetic.deeds import Adapter, Answer, Attempt, UnreachableError
from synthetic.sandboxes.billing.webhooks import signature
from synthetic.sandboxes.killbill import KillBillEvents, KillBillServer, install
from synthetic.sandboxes.killbill.database import KillBillDatabase, make_database
from synthetic.sandboxes.killbill.server import yearly_prices
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.services.service import Surroundings
from synthetic.sandboxes.supervision.postgres import Postgres
from synthetic.systems.killbill import KillBillBilling
from synthetic.systems.wire import PerThread, Wire

_LOG = logging.getLogger("sandbox.killbill")
_LOOK = 0.2
_PLANNED_EVERY = 25


class KillBillService:
    """One Kill Bill, on disk."""

    def __init__(self, around: Surroundings) -> None:
        """Start it, on the database it had if there is one: this process may have died before."""
        self._around = around
        self._state = _State(around.data / "killbill.json")
        self.server = self._server()
        self.server.start()
        self._prices = CatalogPrices(Master(around.catalog), around.clock.now().date())
        self._one_turn = threading.Lock()
        self._is_paused = False
        self._delivered = 0
        self._wire: Wire | None = None
        self._open()

    def _server(self) -> KillBillServer:
        around, known, installed = self._around, self._state.read(), install(print)
        port = int(known.get("database_port", 0))
        if port:
            database = KillBillDatabase(port, known["database_password"])
        else:
            url = around.addresses["postgres"]
            database = make_database(Postgres(0, url, int(url.rpartition("=")[2])), installed)
            kept = {"database_port": str(database.port), "database_password": database.password}
            self._state.write(known | kept)
        return KillBillServer(installed, around.data / "killbill", database)

    def _open(self) -> None:
        known = self._state.read()
        self._events = KillBillEvents(
            self.server,
            yearly_prices(self._prices, _skus(self._around), _currencies(self._around)),
            self._prices,
            self._around.clock.now,
            known.get("tenant", ""),
            int(known.get("port", 0)),
        )
        tenant = self._events.tenant
        self._state.write(known | {"tenant": tenant.key, "port": str(self._events.inbox.port)})
        self._delivered = 0
        self._port = _InThread(
            PerThread(lambda: KillBillBilling(tenant, self._prices, self._around.clock.now), lambda: None)
        )

    def ports(self) -> Mapping[str, Adapter]:
        """Return the `billing` port."""
        return {"billing": self._port}

    def routes(self) -> Sequence[BaseRoute]:
        """Return where the sync middleware asks for events."""
        return (Route("/sandbox/webhook", self.register, methods=["POST"]),)

    async def register(self, request: Request) -> Response:
        """Take note of where events go, and of the secret they are signed with."""
        try:
            asked = await request.json()
            self._state.write(self._state.read() | {"url": str(asked["url"]), "secret": str(asked["secret"])})
        except (ValueError, KeyError, TypeError):
            return Response('send {"url": URL, "secret": SECRET}', 400)
        return Response("{}", media_type="application/json")

    def health(self) -> dict[str, JSON]:
        """Tell whether Java runs, and how many events nobody took yet."""
        if not self.server.is_running:
            return {"ok": False, "why": "Kill Bill is not running", "undelivered": 0}
        return {
            "ok": True,
            "undelivered": self._events.count() - self._delivered,
            "at": self.server.url,
            "process": self.server.pid,
        }

    async def work(self) -> None:
        """Tell what happened, do what fell due, and start Kill Bill again when it died."""
        turn = 0
        while True:
            await asyncio.sleep(_LOOK)
            turn += 1
            try:
                if not self.server.is_running:
                    await asyncio.to_thread(self._again)
                await asyncio.to_thread(self._turn, is_settling=False, with_due=turn % _PLANNED_EVERY == 0)
            except HarnessError as error:
                _LOG.warning("%s", error)
            except Exception:  # noqa: BLE001  (logged whole)
                # one event that breaks the code must not stop all others; it is tried again and stands in the log
                _LOG.exception("telling failed")

    def _again(self) -> None:
        with self._one_turn:
            self.server.restart()
            self._events.close()
            self._open()

    def _turn(self, *, is_settling: bool, with_due: bool = True) -> float | None:
        """Keep its clock and deliver; return when something happens there next."""
        with self._one_turn:
            if self._is_paused:
                return None
            due = self._events.next_due() if with_due else None
            if is_settling or (due is not None and due <= self._around.clock.now().timestamp()):
                self._events.tick()
                due = self._events.next_due()
            found = self._events.since if is_settling else self._events.known_since
            for place, event in found(self._delivered):
                if not self._posted(event):
                    break
                self._delivered = place
            return due

    def _posted(self, event: Mapping[str, Any]) -> bool:
        known = self._state.read()
        if not known.get("url"):
            return False
        body = json.dumps(event).encode()
        at = int(self._around.clock.now().timestamp())
        headers = {"content-type": "application/json", "stripe-signature": signature(body, known["secret"], at)}
        self._wire = self._wire or Wire("webhook", known["url"])
        try:
            return self._wire.ask("POST", "", body, headers).status == 200
        except UnreachableError:
            return False

    def woken(self) -> None:
        """Nothing waits: the next look is soon."""

    async def settle(self) -> dict[str, JSON]:
        """Move its clock, wait until it is quiet, deliver, and tell when the next thing falls due."""
        due = await asyncio.to_thread(self._turn, is_settling=True)
        return {"next": None if due is None else ceil(due)}

    def pause(self) -> None:
        """Tell nothing until `reset`; returns when what was under way is done."""
        with self._one_turn:
            self._is_paused = True

    def reset(self) -> None:
        """Begin with a new tenant, which is an empty one."""
        with self._one_turn:
            self._events.close()
            kept = self._state.read()
            self._state.write({name: value for name, value in kept.items() if name.startswith("database_")})
            self._wire = None
            self._open()
            self._is_paused = False

    def close(self) -> None:
        """Stop Kill Bill."""
        self._events.close()
        self.server.stop()


class _State:
    """What a successor of this process needs: the tenant, where its notifications come in, where events go."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> dict[str, str]:
        return dict(json.loads(self._file.read_text("utf-8"))) if self._file.exists() else {}

    def write(self, found: Mapping[str, str]) -> None:
        draft = self._file.with_suffix(f".{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123  (a descriptor)
            json.dump(dict(found), file)
        draft.replace(self._file)


class _InThread:
    """An adapter that blocks, asked from an event loop that must go on: Kill Bill takes its time."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    def call(self, attempt: Attempt) -> Awaitable[Answer]:
        ask: Callable[[Attempt], Any] = self._adapter.call
        return asyncio.to_thread(ask, attempt)


def _skus(around: Surroundings) -> list[str]:
    rows = (row for one in around.catalog.mappings() if one.name == "skus" for row in one.rows)
    return sorted({str(row.key[0]) for row in rows})


def _currencies(around: Surroundings) -> list[str]:
    return sorted({books.currency for books in Master(around.catalog).books.values()})
