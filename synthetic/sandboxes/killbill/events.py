"""One tenant of a Kill Bill as a landscape uses billing: its adapter, its events, its clock moved along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from synthetic.deeds import Answer, Attempt
from synthetic.sandboxes.killbill.listening import Inbox
from synthetic.sandboxes.killbill.pace import Pace
from synthetic.sandboxes.killbill.server import KillBillServer
from synthetic.sandboxes.killbill.telling import Event, Teller
from synthetic.systems.billing import PriceList
from synthetic.systems.killbill import KillBillBilling


class KillBillEvents:
    """One tenant.

    Args:
        server: Runs already.
        prices: Per SKU and currency, in minor units.
        price_list: The same and taxes.
        now: The clock of the landscape.
        tenant: One that is there already, with its key; "" makes a new one.
        port: Where its notifications come in; 0 for any that is free.
    """

    def __init__(
        self,
        server: KillBillServer,
        prices: dict[str, dict[str, int]],
        price_list: PriceList,
        now: Callable[[], datetime],
        tenant: str = "",
        port: int = 0,
    ) -> None:
        """Make a tenant that sends its notifications here, or catch up with one that did."""
        self._server = server
        self._told: list[Event] = []
        self._seen: set[str] = set()
        self.inbox = Inbox(port)
        self.tenant = server.tenant(tenant) if tenant else server.new_tenant(prices, now(), self.inbox.url)
        billing = KillBillBilling(self.tenant, price_list, now)
        self._pace = Pace(server, billing)
        self._teller = Teller(billing)
        self.adapter = _Paced(billing, self._pace)
        if tenant:
            server.set_clock(self.tenant, now())
            self._tell(self._teller.everything())

    def close(self) -> None:
        """Listen no more."""
        self.inbox.close()
        self.tenant.close()

    def next_due(self) -> float | None:
        """Return when its clock must be moved next: when something happens there by itself."""
        return self._pace.next_due()

    def tick(self) -> None:
        """Move its clock to that of the landscape."""
        self._pace.tick()

    def since(self, place: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the events after a place; waits until Kill Bill has nothing more to say."""
        self._server.settle(self.tenant)
        yield from self.known_since(place)

    def known_since(self, place: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the events after a place, as far as Kill Bill has told them."""
        for told in self.inbox.taken():
            self._tell(self._teller.events(told))
        yield from list(enumerate(self._told, 1))[place:]

    def count(self) -> int:
        """Return how many events there were."""
        return len(self._told)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            if event["id"] not in self._seen:
                self._seen.add(event["id"])
                self._told.append(event)


class _Paced:
    """The adapter, with the clock of Kill Bill moved first: between what is planned nobody moves it."""

    def __init__(self, adapter: KillBillBilling, pace: Pace) -> None:
        self._adapter = adapter
        self._pace = pace

    def call(self, attempt: Attempt) -> Answer:
        self._pace.tick()
        return self._adapter.call(attempt)
