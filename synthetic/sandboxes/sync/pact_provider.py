"""The sync middleware as a provider of pacts, for `harness pact verify --handlers`.

`provider()` serves the looking part of `sync-admin` on loopback. `MESSAGES` are what the middleware really publishes
on the way of one invoice: `invoice.posted` of erp-events for one it could post, `exception.raised` of sync-events for
one it could not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from harness.catalog import Catalog, read_catalog
from harness.documents import FolderTree, Library
from harness.model import JSON
from synthetic.clock import VirtualClock
from synthetic.deeds import Answer, Attempt, RefusedError
from synthetic.deeds.calls import Kind
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.examples import establish
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.landscape.tax_desk import determination
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.loopback import served
from synthetic.sandboxes.reference import landscape_root
from synthetic.sandboxes.sync.admin_app import create_admin_app
from synthetic.sandboxes.sync.events import cloud_event, guide_of
from synthetic.sandboxes.sync.sync import Sync

_START = datetime(2027, 1, 1, 0, 2, 11, tzinfo=UTC)
_LATER = timedelta(minutes=1)
_TOLD = frozenset({"customer.created", "invoice.finalized"})


class Stage:
    """One middleware with the ledger behind it, and the app over it."""

    def __init__(self) -> None:
        """Begin empty; the catalog is read when it is first needed."""
        self._catalog: Catalog | None = None
        self._app: ASGIApp | None = None
        self.sync: Sync | None = None

    def set(self, *, posts: bool) -> None:
        """Take in the finalised invoice in_D1, which the ledger takes or refuses."""
        catalog = self._read()
        core = BillingCore(VirtualClock(_START))
        establish(core, "invoice in_D1 of DE-01 was finalised")
        told = [event for event in core.desk.storage.all("event") if event["type"] in _TOLD]
        core.close()
        now = _START
        ledger = LedgerPort(Ledger(catalog, now=lambda: now))

        def ask(port: str, operation: str, request: Mapping[str, JSON]) -> Answer:
            if port == "tax":
                return dict(determination(engine, request["sale"]))  # type: ignore[arg-type]
            if port != "erp":
                return {}
            if not posts and operation == "post_invoice":
                raise RefusedError(port, "sku-unmapped", "PRO-ANNUAL is mapped to no account in DE-01")
            return ledger.call(Attempt(port, operation, request, Kind.DEED, "", now))

        engine, guide = TaxEngine(Master(catalog)), guide_of(catalog)
        self.sync = Sync(Master(catalog), ask, lambda: now, latency=0.0, guide=guide)
        for event in sorted(told, key=lambda one: one["type"]):
            self.sync.receive(event)
        now = _START + _LATER
        self.sync.run_due()
        self._app = create_admin_app(self.sync, guide)

    def published(self, kind: str) -> dict[str, Any]:
        """Return the first event of a kind that the middleware published.

        Raises:
            LookupError: It published none.
        """
        if self.sync is not None:
            for number, found, subject, body, at in self.sync.storage.outbox():
                event = cloud_event(number, found, subject, body, at)
                if found == kind and event is not None:
                    return event
        raise LookupError(f"the middleware published no {kind}")

    def _read(self) -> Catalog:
        if self._catalog is None:
            self._catalog = read_catalog(Library(FolderTree(landscape_root() / "catalog")), ["**/*.yaml"])
        return self._catalog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the middleware of the last state."""
        if self._app is None:
            self.set(posts=True)
        assert self._app is not None  # noqa: S101  (set just made it)
        await self._app(scope, receive, send)


STAGE = Stage()
STATES: dict[str, Callable[[], None]] = {
    "invoice in_D1 is posted": lambda: STAGE.set(posts=True),
    "invoice in_D1 of DE-01 waits in the exception queue": lambda: STAGE.set(posts=False),
    "invoice in_D1 waits in the exception queue": lambda: STAGE.set(posts=False),
}
MESSAGES: dict[str, Callable[[], dict[str, Any]]] = {
    "a posted invoice whose number billing mirrors": lambda: STAGE.published("invoice.posted"),
    "a posted invoice for the revenue mart": lambda: STAGE.published("invoice.posted"),
    "a raised exception that opens a ticket": lambda: STAGE.published("exception.raised"),
}


@contextmanager
def provider() -> Iterator[str]:
    """Serve the contract on loopback; give its URL."""
    with served(STAGE) as url:
        yield url
