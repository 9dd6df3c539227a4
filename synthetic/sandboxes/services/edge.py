"""Billing, CRM, tax, entitlements and analytics as one process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from starlette.routing import BaseRoute, Mount

from harness.model import JSON
from synthetic.deeds import Adapter, UnreachableError
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.stripe_app import create_app
from synthetic.sandboxes.billing.webhooks import deliver_due
from synthetic.sandboxes.faces import Asked, Contract, Face
from synthetic.sandboxes.landscape.adapters import ObjectPort
from synthetic.sandboxes.landscape.analytics import Analytics
from synthetic.sandboxes.landscape.rows import Store
from synthetic.sandboxes.landscape.tax_desk import TaxDesk
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.services.analytics import ExtractDesk
from synthetic.sandboxes.services.edge_faces import EdgeSystems
from synthetic.sandboxes.services.files import fresh
from synthetic.sandboxes.services.foreign import ForeignBilling
from synthetic.sandboxes.services.service import Surroundings
from synthetic.systems.wire import Wire

_LOG = logging.getLogger("sandbox.edge")
_LOOK = 0.1
_RETRY_AFTER = (1, 1, 2, 2, 5, 5, 10, 30, 60, 300, 1_800, 7_200)
"""Seconds before a webhook is tried again: quicker than Stripe, because whoever restarts a sandbox waits for it."""

_SYNC = "sync"


class EdgeService:
    """Systems at the edge, on disk."""

    def __init__(self, around: Surroundings) -> None:
        """Open everything."""
        self._around = around
        self._master = Master(around.catalog)
        self._billing_file = around.data / "billing.sqlite"
        self._rows_file = around.data / "edge.sqlite"
        self._sender = ThreadPoolExecutor(1, "webhooks")
        self._wires: dict[str, Wire] = {}
        self._wake = asyncio.Event()
        self._one_pass = asyncio.Lock()
        self._one_advance = asyncio.Lock()
        self._is_paused = False
        self._foreign = ForeignBilling(around)
        self._open()

    def _open(self) -> None:
        now = self._around.clock.now
        self.core = BillingCore(self._around.clock, str(self._billing_file), seed=self._around.plan.seed)
        self._rows = Store(str(self._rows_file))
        table = self._rows.table
        self.systems = EdgeSystems(self._around.catalog, self.core, self._owed, now, table)
        self.analytics = Analytics(table)
        self._ports: dict[str, Adapter] = {
            "crm": ObjectPort("crm", self.systems.crm),
            "tax": ObjectPort("tax", TaxDesk(self.systems.tax)),
            "entitlements": ObjectPort("entitlements", self.systems.entitlements),
            "analytics": ObjectPort("analytics", self.analytics),
        }
        self._answers = self.systems.answers()
        self._kept = table("answer")
        self._stripe = create_app(self.core)

    def ports(self) -> Mapping[str, Adapter]:
        """Return CRM, tax, entitlements and analytics; billing is asked through Stripe's API."""
        return self._ports

    def routes(self) -> Sequence[BaseRoute]:
        """Return every contract served here, and Stripe's API."""

        async def stripe(scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  (ASGI)
            await self._stripe(scope, receive, send)
            self.woken()

        faces = [self._face(name) for name in self._answers]
        extracts = ExtractDesk(lambda: self.analytics, self._around.clock.now)
        return (*faces, *extracts.routes(), Mount("/", stripe))

    def _face(self, name: str) -> BaseRoute:
        operations = {operation: self._later(name, operation) for operation in self._answers[name]}
        around = self._around
        opened = partial(Contract, around.landscape, name)
        return Face(name, opened, operations, around.token, lambda: self._kept).route()

    def _later(self, name: str, operation: str) -> Callable[[Asked], Any]:
        """Answer an operation from the tables that are open now, and look for what it caused."""

        def answer(asked: Asked) -> Any:
            found = self._answers[name][operation](asked)
            self.woken()
            return found

        return answer

    def _owed(self, customer: str, entity: str, currency: str) -> int:
        """Ask the ERP what a customer owes; a customer it does not know yet owes nothing."""
        wire = Wire("erp", self._around.addresses["ledger"], {"authorization": f"Bearer {self._around.token}"})
        path = "/ports/erp/balances_of"
        asked = {"request": {"ledger": entity, "customer": customer}, "kind": "look"}
        try:
            found = wire.ask("POST", path, json.dumps(asked).encode()).json("erp")
        finally:
            wire.close()
        return int(found.get("open_items") or 0) if currency == self._master.of(entity).currency else 0

    def health(self) -> dict[str, JSON]:
        """Count invoices, and webhooks that nobody took yet."""
        storage = self.core.desk.storage
        return {
            "ok": True,
            "invoices": storage.count("invoice"),
            "undelivered": storage.count_deliveries("pending"),
            "now": self._around.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    async def work(self) -> None:
        """Deliver webhooks as they come, and do planned work as it falls due."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _LOOK)
            self._wake.clear()
            if not self._is_paused:
                self._begin_due()
                await self._deliver()

    def woken(self) -> None:
        """Look for webhooks now."""
        self._wake.set()

    async def settle(self) -> dict[str, JSON]:
        """Do what is due, deliver it, and tell when the next thing is due."""
        self._begin_due()
        await self._deliver()
        return {"next": self.core.desk.storage.next_due()}

    async def advance(self, duration: timedelta) -> None:
        """Move the clock of all to each thing that falls due on the way, and let everybody finish it."""
        async with self._one_advance:
            clock = self._around.clock
            until = clock.now() + duration
            await self._foreign.settle()
            while (own := self._next_due()) is not None:
                due = datetime.fromtimestamp(own, UTC)
                if due >= until:
                    break
                clock.move(max(due - clock.now(), timedelta()) + timedelta(seconds=1))
                await self._settled_all()
            clock.move(max(until - clock.now(), timedelta()))
            await self._settled_all()

    def _begin_due(self) -> None:
        """Let accepted orders become subscriptions on their first day."""
        for why in self.systems.orders.begin_due():
            _LOG.warning("an accepted order did not become a subscription: %s", why)

    def _next_due(self) -> float | None:
        """Return when billing has something to do by itself, whichever billing it is."""
        found = (self.core.desk.storage.next_due(), self._foreign.next_due)
        return min((due for due in found if due is not None), default=None)

    async def _settled_all(self) -> None:
        """Deliver and let the sync middleware post, until neither has anything left that is due."""
        for _ in range(100):
            self._begin_due()
            await self._deliver()
            await self._foreign.settle()
            busy = await asyncio.to_thread(self._ask_sync, "/sandbox/settle")
            pending = self._next_due()
            if not busy.get("done") and (pending is None or pending > self._around.clock.now().timestamp()):
                return

    def _ask_sync(self, path: str) -> dict[str, JSON]:
        url = next((e["url"] for e in self.core.desk.storage.all("webhook_endpoint")), "")
        if not url:
            return {}
        wire = Wire(_SYNC, url.partition("/webhooks")[0], {"authorization": f"Bearer {self._around.token}"})
        try:
            found: dict[str, JSON] = wire.ask("POST", path).json(_SYNC)
        except UnreachableError:
            return {}
        finally:
            wire.close()
        return found

    async def _deliver(self) -> None:
        async with self._one_pass:
            await deliver_due(self.core, self._send, retry_after=_RETRY_AFTER)

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._sender, self._posted, url, dict(headers), body)

    def _posted(self, url: str, headers: dict[str, str], body: bytes) -> int:
        wire = self._wires.setdefault(url, Wire("webhook", url))
        try:
            return wire.ask("POST", "", body, headers).status
        except UnreachableError as error:
            raise OSError(error.why) from None

    def pause(self) -> None:
        """Deliver nothing until `reset`."""
        self._is_paused = True

    def reset(self) -> None:
        """Begin with nothing."""
        self._close_files()
        fresh(self._billing_file)
        fresh(self._rows_file)
        self._open()
        self._is_paused = False

    def close(self) -> None:
        """Leave everything durable."""
        self._sender.shutdown(wait=True, cancel_futures=True)
        self._close_files()

    def _close_files(self) -> None:
        self.core.close()
        self._rows.close()
