"""Tryton as an ERP of a sandbox: a process of this process.

As the ERP of record (`ledger`) it stands beside an embedded ledger that keeps the second ledgers of companies; as the
legacy ERP of a parallel run (`ledger-2`) it keeps these, in companies with charts of their own, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from harness.model import JSON, HarnessError
from synthetic.deeds import Adapter
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rates import daily
from synthetic.sandboxes.services.ledger import LedgerService
from synthetic.sandboxes.services.service import Surroundings
from synthetic.sandboxes.tryton import PostgresqlStore, TrytonPort, TrytonServer, template
from synthetic.sandboxes.tryton.databases import POSTGRESQL, SQLITE
from synthetic.systems.ledger import LedgerErp

_LOOK = 0.2
_MAIN = "ledger"


class TrytonService:
    """One Tryton, on disk."""

    def __init__(self, around: Surroundings) -> None:
        """Start it, on the database it had if there is one: this process may have died before."""
        self._beside = LedgerService(around) if around.name == _MAIN else None
        folder = around.data / around.name.replace("ledger", "tryton")
        server = around.addresses.get("books", "")
        programs, prepared = template(around.catalog, print, POSTGRESQL if server else SQLITE)
        store = PostgresqlStore(server, prepared.path, folder) if server else None
        self.server = TrytonServer(programs, folder, prepared, store)
        self.server.start(fresh=False)
        self._session = self.server.session()
        master = Master(around.catalog, daily)
        second = [one.ledger for one in master.books.values() if one.is_second]
        main = TrytonPort(self._session, master, around.clock.now)
        self._erp = LedgerErp(main, dict.fromkeys(second, self._beside.ports()["erp"]) if self._beside else {})

    def ports(self) -> Mapping[str, Adapter]:
        """Return the `erp` port."""
        return {"erp": self._erp}

    def routes(self) -> Sequence[BaseRoute]:
        """Return nothing: Tryton serves its own."""
        return ()

    def health(self) -> dict[str, JSON]:
        """Ask Tryton for its version."""
        try:
            return {"ok": True, "tryton": self._session.version(), "at": self.server.url, "process": self.server.pid}
        except HarnessError as error:
            return {"ok": False, "why": error.message}

    async def work(self) -> None:
        """Start Tryton again when it died."""
        while True:
            await asyncio.sleep(_LOOK)
            if not self.server.is_running:
                await asyncio.to_thread(self.server.restart)

    def woken(self) -> None:
        """Nothing waits here."""

    async def settle(self) -> dict[str, JSON]:
        """Nothing is ever due here."""
        return {"next": None}

    def pause(self) -> None:
        """Nothing is under way here."""

    def reset(self) -> None:
        """Begin with empty books."""
        if self._beside:
            self._beside.reset()
        self.server.reset()

    def close(self) -> None:
        """Stop Tryton; what it posted is durable."""
        self.server.stop()
        self.server.drop()
        if self._beside:
            self._beside.close()
