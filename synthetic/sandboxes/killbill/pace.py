"""Kill Bill's clock, kept to that of the landscape: moved to each thing that falls due, which then has happened."""

from __future__ import annotations

from synthetic.deeds import RefusedError
from synthetic.sandboxes.killbill.server import KillBillServer, Planned
from synthetic.systems.killbill import KillBillBilling

_LEAST = 1.0
"""Seconds; Kill Bill is told whole ones."""


class Pace:
    """The clock of one server as one tenant needs it."""

    def __init__(self, server: KillBillServer, adapter: KillBillBilling) -> None:
        """Follow the clock that the adapter looks at."""
        self._server = server
        self._adapter = adapter
        self._at = adapter.books.now().timestamp()

    def next_due(self) -> float | None:
        """Return when something happens there by itself, seconds since 1970; None if nothing is planned."""
        # what was due when the clock was set has happened, or is tried again by Kill Bill in its own time
        planned = self._server.planned(self._adapter.books.tenant)
        due = next((one.at for one in planned if one.at > self._at), None)
        return due + _LEAST if due is not None else None

    def tick(self) -> None:
        """Move the clock to that of the landscape, which stops at each thing that falls due; do our part of it."""
        tenant, now = self._adapter.books.tenant, self._adapter.books.now()
        if now.timestamp() - self._at < _LEAST:
            return
        due = [one for one in self._server.planned(tenant) if one.at <= now.timestamp()]
        self._server.set_clock(tenant, now)
        self._at = now.timestamp()
        self._finalise(due)

    def _finalise(self, due: list[Planned]) -> None:
        """Commit the invoices that came as drafts: Kill Bill made them, their tax is ours to add."""
        self._server.settle(self._adapter.books.tenant)
        for subscription in sorted({name for one in due for name in one.subscriptions}):
            try:
                self._adapter.deeds.finalise_drafts(subscription)
            except RefusedError as error:
                # of something else that has an id; what is a subscription is known
                if error.code != "resource_missing":
                    raise
