"""The sync middleware as a process: webhooks in, postings out, and what an operator may ask."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from harness.model import JSON, HarnessError
from synthetic.deeds import Adapter, Answer, Attempt, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.deeds.ports import DEEDS
from synthetic.sandboxes.billing.webhooks import is_signed
from synthetic.sandboxes.crashing import AFTER, BEFORE, crash_point
from synthetic.sandboxes.faces import Asked, Contract, Face
from synthetic.sandboxes.faces.sync_admin import SyncAdmin
from synthetic.sandboxes.landscape.adapters import ObjectPort
from synthetic.sandboxes.landscape.desks import BusDesk, SyncDesk
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.services.files import fresh
from synthetic.sandboxes.services.service import Surroundings
from synthetic.sandboxes.sync import Sync
from synthetic.sandboxes.sync.administration import Kept
from synthetic.sandboxes.sync.events import guide_of
from synthetic.sandboxes.sync.payloads import canonical_check
from synthetic.sandboxes.sync.relay import StoredBus, relay
from synthetic.systems.opening import Opening, factory_of
from synthetic.systems.stripe_http import StripeWire
from synthetic.systems.wire import Wire

if TYPE_CHECKING:
    from synthetic.systems.nats import NatsBus

_LOG = logging.getLogger("sandbox.sync")
_LOOK = 0.05
_RECEIPTS_EVERY = 0.25
_LARGEST = 1_000_000
_SECRET = "webhook-secret"  # noqa: S105  (the name of a setting)


class SyncService:
    """The middleware, on disk, with one thread that applies events."""

    def __init__(self, around: Surroundings) -> None:
        """Open the inbox and make billing send its events here."""
        self._around = around
        self._file = around.data / "sync.sqlite"
        self._master = Master(around.catalog)
        self._check = canonical_check(around.landscape)
        self._systems = self._opened()
        self._nats = self._nats_bus()
        self._one_turn = threading.Lock()
        self._wake = threading.Event()
        self._is_paused = False
        self._open()

    def _open(self) -> None:
        self.sync = Sync(
            self._master,
            self._ask,
            self._around.clock.now,
            str(self._file),
            latency=0.0,
            check=self._check,
            guide=guide_of(self._around.catalog),
        )
        self._fetches: list[Callable[[], int]] = [
            self.sync.fetch_receipts,
            self.sync.fetch_facts,
            self.sync.fetch_crm_facts,
            self.sync.fetch_entitlement_facts,
        ]
        self.bus = self._nats or StoredBus(self.sync.storage)
        desk = SyncDesk(self.sync, self._ask)
        self._ports: dict[str, Adapter] = {
            "sync": ObjectPort("sync", desk),
            "bus": ObjectPort("bus", BusDesk(self.sync, self.bus)),
        }
        self._answers = SyncAdmin(self.sync, guide_of(self._around.catalog)).answers()
        self._kept = Kept(self.sync.storage)
        self._register()

    def _opened(self) -> dict[str, Adapter]:
        """Open the adapters of all other systems."""
        around = self._around
        edge, key = around.addresses["edge"], f"sk_test_{around.token}"
        proxy = around.addresses.get("proxy", "")
        erp = {"adapter": "ledger", "url": proxy or around.addresses["ledger"]}
        if (second := around.addresses.get("ledger-2")) and not proxy:
            erp |= {"second_url": second, "second_ledgers": "DE-01-L"}
        settings: dict[str, tuple[dict[str, str], str]] = {
            port: ({"adapter": "sandbox", "url": url}, around.token)
            for port, url in (("crm", edge), ("entitlements", proxy or edge), ("analytics", proxy or edge))
        }
        settings |= {"billing": ({"adapter": "stripe", "url": edge}, key), "erp": (erp, around.token)}
        settings |= {"tax": ({"adapter": "tax", "url": f"{edge}/tax"}, around.token)}
        if killbill := around.addresses.get("killbill"):
            settings["billing"] = ({"adapter": "sandbox", "url": killbill}, around.token)
        prices = CatalogPrices(self._master, around.clock.now().date())
        return {
            port: factory_of(given["adapter"])(
                Opening(port, "sandbox", given, secret, around.catalog, prices, around.clock.now)
            )
            for port, (given, secret) in settings.items()
        }

    def _nats_bus(self) -> NatsBus | None:
        if self._around.plan.bus != "nats":
            return None
        from synthetic.systems.nats import NatsBus  # noqa: PLC0415  (an extra that few runs need)

        return NatsBus(self._around.addresses["nats"].replace("http://", "nats://"))

    def _register(self) -> None:
        """Ask billing for its events, once: the secret it tells is kept with the inbox."""
        storage = self.sync.storage
        if storage.setting(_SECRET):
            return
        wire = StripeWire(self._around.addresses["edge"], f"sk_test_{self._around.token}")
        url = f"{self._around.addresses.get('proxy') or self._around.own}/webhooks/billing"
        asked: Mapping[str, Any] = {"url": url, "enabled_events": ["*"]}
        endpoint = wire("POST", "webhook_endpoints", asked, f"sync-{self._around.own}")
        wire.close()
        self._tell_killbill(url, str(endpoint["secret"]))
        with storage.transaction("sync.register"):
            storage.set_setting(_SECRET, str(endpoint["secret"]))

    def _tell_killbill(self, url: str, secret: str) -> None:
        """Ask for the events of a billing that does not speak Stripe's API, signed with the same secret."""
        if killbill := self._around.addresses.get("killbill"):
            wire = Wire("billing", killbill, {"authorization": f"Bearer {self._around.token}"})
            wire.ask("POST", "/sandbox/webhook", json.dumps({"url": url, "secret": secret}).encode())
            wire.close()

    def _ask(self, port: str, operation: str, request: Mapping[str, JSON]) -> Answer:
        kind = Kind.DEED if operation in DEEDS[port] else Kind.LOOK
        now = self._around.clock.now()
        adapter = self._ports[port] if port in self._ports else self._systems[port]
        crash_point("sync.asked", BEFORE)
        answer = adapter.call(Attempt(port, operation, request, kind, _key(operation, request), now))
        crash_point("sync.asked", AFTER)
        if not isinstance(answer, dict):
            raise UnreachableError(port, "it answers later, and nobody waits here")
        return answer

    def ports(self) -> Mapping[str, Adapter]:
        """Return `sync` and `bus`."""
        return self._ports

    def routes(self) -> Sequence[BaseRoute]:
        """Return where billing sends its events, and `sync-admin`."""
        around = self._around
        admin = Face(
            "sync-admin",
            lambda: Contract(around.landscape, "sync-admin"),
            {name: self._admin(name) for name in SyncAdmin.OPERATIONS},
            around.token,
            lambda: self._kept,
        )
        return (
            Route("/webhooks/billing", self.webhook, methods=["POST"]),
            Route("/sandbox/bus", self.events, methods=["GET"]),
            admin.route(),
        )

    async def events(self, request: Request) -> Response:
        """Return what was published on the bus."""
        del request
        found = await asyncio.to_thread(self.bus.published)
        return Response(json.dumps(found), media_type="application/json")

    def _admin(self, operation: str) -> Callable[[Asked], Any]:
        """Answer an operation from the inbox that is open now."""

        def answer(asked: Asked) -> Any:
            found = self._answers[operation](asked)
            self.woken()
            return found

        return answer

    async def webhook(self, request: Request) -> Response:
        """Take in one event of billing: 400 where its signature is not billing's, 200 once it is durable."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return Response(status_code=413)
        secret = self.sync.storage.setting(_SECRET)
        signature = request.headers.get("stripe-signature", "")
        if not is_signed(body, signature, secret, self._around.clock.now()):
            return Response("signature not valid", 400)
        try:
            self.sync.receive(json.loads(body))
        except (ValueError, KeyError, TypeError, RecursionError):
            return Response("no event", 400)
        self.woken()
        return Response(status_code=200)

    def health(self) -> dict[str, JSON]:
        """Count what waits and what needs a person."""
        storage = self.sync.storage
        return {"ok": True, "waiting": storage.backlog(), "exceptions": len(storage.exceptions())}

    async def work(self) -> None:
        """Keep the thread going that applies events."""
        ending = threading.Event()
        thread = threading.Thread(target=self._apply_until, args=(ending,), name="apply", daemon=True)
        thread.start()
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            self._wake.set()
            await asyncio.to_thread(thread.join, 5.0)

    def _apply_until(self, ending: threading.Event) -> None:
        since = 0.0
        while not ending.is_set():
            self._wake.wait(_LOOK)
            self._wake.clear()
            since += _LOOK
            if self._is_paused:
                continue
            try:
                self._turn(with_receipts=since >= _RECEIPTS_EVERY)
            except HarnessError as error:
                _LOG.warning("%s", error)
            except Exception:  # noqa: BLE001  (logged whole)
                # one event that breaks the code must not stop all others; it is tried again and stands in the log
                _LOG.exception("applying failed")
            since = 0.0 if since >= _RECEIPTS_EVERY else since

    def _turn(self, *, with_receipts: bool) -> int:
        with self._one_turn:
            if self._is_paused:
                return 0
            done = 0
            if with_receipts:
                done += sum(map(self._fetched, list(self._fetches)))
            done += self.sync.run_due()
            return done + relay(self.sync.storage, self.bus)

    def _fetched(self, fetch: Callable[[], int]) -> int:
        """Fetch what the ERP has; one that has no such thing, as not every ERP does, is not asked again."""
        try:
            return fetch()
        except UnreachableError as error:
            _LOG.info("%s: %s", fetch.__name__, error)
        except RefusedError as error:
            _LOG.info("%s: %s", fetch.__name__, error)
            if error.code == "operation-unknown":
                self._fetches.remove(fetch)
        return 0

    def woken(self) -> None:
        """Look for work now."""
        self._wake.set()

    async def settle(self) -> dict[str, JSON]:
        """Apply what is due, and tell when the next is."""
        done = await asyncio.to_thread(self._turn, with_receipts=True)
        due = self.sync.next_due()
        return {"done": done, "next": None if due is None else int(due)}

    def pause(self) -> None:
        """Apply nothing until `reset`; returns when what was under way is done."""
        with self._one_turn:
            self._is_paused = True

    def reset(self) -> None:
        """Begin with an empty inbox."""
        with self._one_turn:
            self.sync.storage.close()
            fresh(self._file)
            if self._nats is not None:
                self._nats.clear()
            self._open()
            self._is_paused = False

    def close(self) -> None:
        """Leave everything durable."""
        self.sync.storage.close()
        if self._nats is not None:
            self._nats.close()


def _key(operation: str, request: Mapping[str, JSON]) -> str:
    """Return an idempotency key: the same request leads to the same thing once."""
    return f"sync-{operation}-{request['invoice']}" if operation == "mark_paid" else ""
