"""The entitlements of the sandbox as a provider of pacts, for `harness pact verify --handlers`.

`provider()` serves the contract `entitlements` on loopback; each state begins anew. `MESSAGES` are what the middleware
publishes when the worked example D1 is onboarded and activated: `customer.onboarded` of crm-events and
`entitlement.changed` of entitlement-events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from harness.catalog import Catalog, read_catalog
from harness.documents import FolderTree, Library
from harness.model import JSON
from synthetic.clock import VirtualClock
from synthetic.deeds import Answer, Attempt
from synthetic.deeds.calls import Kind
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.examples import paid_d1
from synthetic.sandboxes.faces.contract import Contract
from synthetic.sandboxes.faces.entitlements import EntitlementsFace
from synthetic.sandboxes.faces.face import Face
from synthetic.sandboxes.landscape.adapters import ObjectPort
from synthetic.sandboxes.landscape.analytics import Analytics
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.entitlements import Entitlements
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.landscape.tax_desk import TaxDesk
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.loopback import served
from synthetic.sandboxes.reference import landscape_root
from synthetic.sandboxes.sync import Sync
from synthetic.sandboxes.sync.events import cloud_event, guide_of

_START = datetime(2027, 1, 1, 0, 2, 11, tzinfo=UTC)
_NAME = "entitlements"


class Stage:
    """D1 on its way from billing to its entitlement, and the contract over that."""

    def __init__(self) -> None:
        """Begin empty; the catalog is read when it is first needed."""
        self._catalog: Catalog | None = None
        self._app: ASGIApp | None = None
        self._sync: Sync | None = None

    def set(self) -> None:
        """Let billing sell D1, and the middleware take in every event of it."""
        if self._catalog is None:
            self._catalog = read_catalog(Library(FolderTree(landscape_root() / "catalog")), ["**/*.yaml"])
        master, clock = Master(self._catalog), VirtualClock(_START)
        core = BillingCore(clock)
        paid_d1(core)
        events = list(core.desk.storage.all("event"))
        core.close()
        clock.move(timedelta(minutes=1))
        system = Entitlements(master, clock.now)
        ports: dict[str, ObjectPort | LedgerPort] = {
            "crm": ObjectPort("crm", Crm(master, clock.now)),
            "tax": ObjectPort("tax", TaxDesk(TaxEngine(master))),
            "entitlements": ObjectPort("entitlements", system),
            "analytics": ObjectPort("analytics", Analytics()),
            "erp": LedgerPort(Ledger(self._catalog, clock.now)),
        }

        def ask(port: str, operation: str, request: Mapping[str, JSON]) -> Answer:
            return ports[port].call(Attempt(port, operation, request, Kind.DEED, "", clock.now()))

        self._sync = Sync(master, ask, clock.now, latency=0.0, guide=guide_of(self._catalog))
        for event in events:
            self._sync.receive(event)
        clock.move(timedelta(minutes=1))
        self._sync.run_due()
        kept: dict[str, dict[str, Any]] = {}
        answers = EntitlementsFace(system, clock.now).answers()
        face = Face(_NAME, lambda: Contract(landscape_root(), _NAME), answers, "", lambda: kept)
        self._app = Starlette(routes=[face.route("")])

    def published(self, kind: str) -> dict[str, Any]:
        """Return the first event of a kind that the middleware published.

        Raises:
            LookupError: It published none.
        """
        if self._sync is not None:
            for number, found, subject, body, at in self._sync.storage.outbox():
                event = cloud_event(number, found, subject, body, at)
                if event is not None and event["type"] == f"example.aster.{kind}.v1":
                    return event
        raise LookupError(f"the middleware published no {kind}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the entitlements of the last state."""
        if self._app is None:
            self.set()
        assert self._app is not None  # noqa: S101  (set just made it)
        await self._app(scope, receive, send)


STAGE = Stage()
STATES: dict[str, Callable[[], None]] = {
    "tenant ten_kranich may use PRO-ANNUAL": STAGE.set,
    "the plan of sub_D1 was switched on": STAGE.set,
    "cus_kranich was onboarded": STAGE.set,
}
MESSAGES: dict[str, Callable[[], dict[str, Any]]] = {
    "a switched plan of an account": lambda: STAGE.published("entitlement.changed"),
    "an onboarded customer who gets a tenant": lambda: STAGE.published("customer.onboarded"),
}


@contextmanager
def provider() -> Iterator[str]:
    """Serve the contract on loopback; give its URL."""
    with served(STAGE) as url:
        yield url
