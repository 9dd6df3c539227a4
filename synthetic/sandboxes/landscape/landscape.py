"""The whole landscape in one process: CRM, billing, sync, ledgers, entitlements, analytics, on one clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from harness.catalog import Catalog
from harness.model import JSON
from synthetic.deeds import Adapter, Answer, Attempt, Boundary, Call, Clock, Layer, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.deeds.ports import DEEDS, Port, ports
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.landscape.adapters import ObjectPort, in_process
from synthetic.sandboxes.landscape.analytics import Analytics
from synthetic.sandboxes.landscape.billing import BillingSide, CoreBilling
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.desks import BusDesk, SyncDesk
from synthetic.sandboxes.landscape.entitlements import Entitlements
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.landscape.state import Derived, business_state
from synthetic.sandboxes.landscape.stepping import SteppingClock
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.landscape.tax_desk import TaxDesk
from synthetic.sandboxes.landscape.transfers import Transfers
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.ledger.rates import daily
from synthetic.sandboxes.sync import Sync
from synthetic.sandboxes.sync.payloads import Check, unchecked
from synthetic.sandboxes.sync.relay import StoredBus
from synthetic.systems.ledger import LedgerErp
from synthetic.systems.stripe import Request, StripeBilling

_DELIVERY = 1.0
_REDELIVERY = 5.0


class Landscape:
    """Systems that work whenever somebody asks: before each call, all that is due by then has happened.

    Args:
        catalog: Master data and mappings.
        clock: The time; moved by whoever waits.
        layers: Faults and noise around every call, also those of the sync middleware.
        seed: Part of every id of billing.
        check: Holds every canonical document to its contract.
        billing: Makes another billing system from the clock and the price list.
        erp: Makes another ERP of record from the clock; the second ledgers stay in the embedded one.
        speak: How the billing port reaches the core: directly, or through another skin of it.
    """

    def __init__(  # noqa: PLR0913  (all but three are by name)
        self,
        catalog: Catalog,
        clock: Clock,
        layers: Sequence[Layer] = (),
        *,
        seed: int = 0,
        check: Check = unchecked,
        billing: Callable[[Callable[[], datetime], CatalogPrices], BillingSide] | None = None,
        erp: Callable[[Callable[[], datetime]], Adapter] | None = None,
        speak: Callable[[BillingCore], Request] = in_process,
    ) -> None:
        """Build every system, empty."""
        self.clock = clock
        self._time = SteppingClock(clock)
        now = self._time.now
        self.ledger = Ledger(catalog, now, feed=daily)
        master = self.ledger.books.master
        self.core = BillingCore(self._time, seed=str(seed))
        self.sync = Sync(master, self._ask, now, check=check)
        self._transfers = Transfers(self._ask, now, master)
        prices = CatalogPrices(master, now().date())
        own = CoreBilling(self.core, StripeBilling(speak(self.core), prices))
        self._billing: BillingSide = billing(now, prices) if billing else own
        self._derived: dict[str, Derived] = {
            "crm": Crm(master, now),
            "tax": TaxDesk(TaxEngine(master)),
            "entitlements": Entitlements(master, now),
            "analytics": Analytics(),
        }
        self._systems: dict[str, Any] = {
            "crm": ObjectPort("crm", self._derived["crm"]),
            "tax": ObjectPort("tax", self._derived["tax"]),
            "billing": self._billing.adapter,
            "erp": _WithTransfers(self._erp(master, erp), self._transfers),
            "entitlements": ObjectPort("entitlements", self._derived["entitlements"]),
            "analytics": ObjectPort("analytics", self._derived["analytics"]),
            "sync": ObjectPort("sync", SyncDesk(self.sync, self._ask)),
            "bus": ObjectPort("bus", BusDesk(self.sync, StoredBus(self.sync.storage))),
        }
        self._inner = Boundary(self._systems, self._time, layers)  # type: ignore[arg-type]
        self.boundary = Boundary({name: _CaughtUp(self) for name in self._systems}, clock)
        self.ports: Mapping[str, Port] = ports()
        self._delivered = 0
        self._pending: list[tuple[float, dict[str, Any]]] = []
        self._is_busy = False

    def _erp(self, master: Master, erp: Callable[[Callable[[], datetime]], Adapter] | None) -> Adapter:
        books = LedgerPort(self.ledger)
        if erp is None:
            return books
        second = [one.ledger for one in master.books.values() if one.is_second]
        return LedgerErp(erp(self._time.now), dict.fromkeys(second, books))

    def answer(self, attempt: Attempt) -> Answer:
        """Let everything happen that is due, then carry a call to its system."""
        self.catch_up()
        answer = self._inner.ask(Call(attempt.port, attempt.operation, attempt.request, attempt.kind, attempt.key))
        self._collect()
        return answer

    def catch_up(self) -> None:
        """Do what fell due, each thing at its own time, until the clock is reached."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            while (due := self._next_due()) is not None and due <= self._time.target():
                self._time.step_to(due)
                self._billing.tick()
                self._collect()
                self._deliver()
                self.sync.run_due()
                self._tell_billing()
            self._time.caught_up()
        finally:
            self._is_busy = False

    def state(self) -> Answer:
        """Return the business state everywhere: what people could see if they looked at all of it."""
        return business_state(self.ledger, self.core, self.sync, self._derived)

    def _next_due(self) -> float | None:
        found = (
            self._billing.next_due(),
            self.sync.next_due(),
            self._transfers.next_due(),
            min((due for due, _ in self._pending), default=None),
        )
        return min((float(due) for due in found if due is not None), default=None)

    def _collect(self) -> None:
        for place, event in self._billing.since(self._delivered):
            self._pending.append((float(event["created"]) + _DELIVERY, event))
            self._delivered = place

    def _deliver(self) -> None:
        at = self._time.now().timestamp()
        for one in [one for one in self._pending if one[0] <= at]:
            self._pending.remove(one)
            try:
                self._ask("bus", "deliver", {"event": one[1]})
            except UnreachableError as error:
                self._pending.append((at + max(_REDELIVERY, error.retry_after), one[1]))

    def _tell_billing(self) -> None:
        self._transfers.run_due()

    def _ask(self, port: str, operation: str, request: Mapping[str, JSON]) -> Answer:
        kind = Kind.DEED if operation in DEEDS[port] else Kind.LOOK
        return self._inner.ask(Call(port, operation, request, kind))


class _CaughtUp:
    """Adapter that lets the landscape catch up before each call."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape

    def call(self, attempt: Attempt) -> Answer:
        return self._landscape.answer(attempt)


class _WithTransfers:
    """The ledger's port and its bank."""

    def __init__(self, ledger: Adapter, transfers: Transfers) -> None:
        self._ledger = ledger
        self._transfers = transfers

    def call(self, attempt: Attempt) -> Answer:
        if attempt.operation == "receive_transfer":
            return self._transfers.receive(attempt.request["payment"])  # type: ignore[arg-type]
        answer = self._ledger.call(attempt)
        if not isinstance(answer, dict):
            raise UnreachableError(attempt.port, "it answers later, and nobody waits here")
        return answer
